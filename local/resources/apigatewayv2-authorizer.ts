import * as z from 'zod';
import { apiOf, partId } from './apigatewayv2-api.ts';
import { provider } from './provider.ts';

const Properties = z.strictObject({
  ApiId: z.string(),
  Name: z.string(),
  AuthorizerType: z.literal('JWT', 'the local run knows JWT authorizers only'),
  IdentitySource: z.tuple([
    z.literal('$request.header.Authorization', 'the local run looks for a token in the Authorization header only'),
  ]),
  JwtConfiguration: z.strictObject({ Issuer: z.string(), Audience: z.array(z.string()).min(1) }),
});

export const httpApiAuthorizer = provider(
  'AWS::ApiGatewayV2::Authorizer',
  Properties,
  async ({ ApiId, JwtConfiguration: { Issuer, Audience } }, request) => {
    const id = partId(request);
    request.world.issuer.define(Issuer, Audience[0] ?? '');
    apiOf(request, ApiId).authorizers.set(id, { issuer: Issuer, audiences: Audience });
    return { ref: id, attributes: { AuthorizerId: id } };
  },
);
