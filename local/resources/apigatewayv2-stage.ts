import * as z from 'zod';
import { apiOf } from './apigatewayv2-api.ts';
import { flag, provider } from './provider.ts';

const Properties = z.strictObject({
  ApiId: z.string(),
  StageName: z.literal('$default', 'the local run serves the stage $default only, whose name is in no path'),
  AutoDeploy: flag.refine(Boolean, 'must be true: the local run has no deployments of an API'),
});

export const httpApiStage = provider('AWS::ApiGatewayV2::Stage', Properties, async ({ ApiId, StageName }, request) => {
  apiOf(request, ApiId);
  return { ref: StageName, attributes: {} };
});
