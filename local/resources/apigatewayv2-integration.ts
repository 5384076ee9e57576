import * as z from 'zod';
import { apiOf, partId } from './apigatewayv2-api.ts';
import { provider } from './provider.ts';

/** API Gateway waits no longer, and no longer can be asked for. */
const longestMs = 30_000;

/** The ARN of a function, or API Gateway's own way to write it. */
const functionArn = (uri: string): string =>
  /^arn:[\w-]+:apigateway:[\w-]+:lambda:path\/[\w-]+\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;

const Properties = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY', 'the local run calls functions only: AWS_PROXY'),
  IntegrationMethod: z.optional(z.literal('POST')),
  IntegrationUri: z
    .string()
    .transform(functionArn)
    .pipe(z.string().startsWith('arn:aws:lambda:', 'must be a function')),
  PayloadFormatVersion: z.literal('2.0', 'the local run knows payload format 2.0 only'),
  TimeoutInMillis: z.optional(z.coerce.number().int().min(50).max(longestMs)),
});

export const httpApiIntegration = provider(
  'AWS::ApiGatewayV2::Integration',
  Properties,
  async ({ ApiId, IntegrationUri, TimeoutInMillis = longestMs }, request) => {
    const id = partId(request);
    apiOf(request, ApiId).integrations.set(id, { functionArn: IntegrationUri, timeoutMs: TimeoutInMillis });
    return { ref: id, attributes: { IntegrationId: id } };
  },
);
