import * as z from 'zod';
import { apiOf, partId } from './apigatewayv2-api.ts';
import { provider } from './provider.ts';

/** A greedy variable ends a path. */
const routeKey =
  /^(\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) (\/[^/{}]*|\/\{[\w.-]+\})*(\/\{[\w.-]+\+\})?)$/;

const Properties = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.string().regex(routeKey, 'must be $default, or a method and a path'),
  Target: z.string().regex(/^integrations\/.+$/, 'must be integrations/ and the id of one'),
  AuthorizationType: z.optional(z.enum(['NONE', 'JWT'])),
  AuthorizerId: z.optional(z.string()),
  AuthorizationScopes: z.optional(z.array(z.string())),
});

export const httpApiRoute = provider('AWS::ApiGatewayV2::Route', Properties, async (properties, request) => {
  const { ApiId, RouteKey, Target, AuthorizationType, AuthorizerId, AuthorizationScopes = [] } = properties;
  const id = partId(request);
  const api = apiOf(request, ApiId);
  const integrationId = Target.slice('integrations/'.length);
  if (!api.integrations.has(integrationId)) throw new Error(`${RouteKey}: there is no integration ${integrationId}`);
  const authorizerId = AuthorizationType === 'JWT' ? AuthorizerId : undefined;
  if (AuthorizationType === 'JWT' && (authorizerId === undefined || !api.authorizers.has(authorizerId)))
    throw new Error(`${RouteKey}: JWT needs an authorizer; there is no ${authorizerId ?? 'AuthorizerId'}`);
  if ([...api.routes.values()].some(({ key }) => key === RouteKey)) throw new Error(`${RouteKey} is there twice`);
  api.routes.set(id, { key: RouteKey, integrationId, authorizerId, scopes: AuthorizationScopes });
  return { ref: id, attributes: { RouteId: id } };
});
