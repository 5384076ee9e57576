import { randomUUID } from 'node:crypto';
import type { FunctionHost, InvokeResult } from '../../world.ts';
import { authorize, type JwtContext, type VerifyToken } from './authorize.ts';
import { preflightAnswer, withCors } from './cors.ts';
import { gatewayAnswer, type HttpAnswer, type HttpApi, type Integration } from './http-api.ts';
import { matchRoute, type Match } from './match-route.ts';
import { answerOf, internalError, payloadOf, type Incoming } from './payload.ts';

export interface Backend {
  readonly functions: Pick<FunctionHost, 'invoke'>;
  readonly verify: VerifyToken;
  readonly now: () => number;
}

/** What Lambda hands back of a synchronous invocation at most. */
const mostPayloadBytes = 6_291_556;

const timedOut = Symbol('timed out');

/** Waits no longer than an integration may take; the function goes on, as it does in Lambda. */
const invokeWithin = async (
  functions: Backend['functions'],
  { functionArn, timeoutMs }: Integration,
  payload: object,
): Promise<InvokeResult | typeof timedOut> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof timedOut>((resolve) => {
    timer = setTimeout(() => resolve(timedOut), timeoutMs);
  });
  try {
    return await Promise.race([functions.invoke(functionArn, payload), late]);
  } finally {
    clearTimeout(timer);
  }
};

const answerOfResult = (result: InvokeResult | typeof timedOut): HttpAnswer => {
  if (result === timedOut || 'throttled' in result) return gatewayAnswer(503, 'Service Unavailable');
  if ('error' in result) return internalError();
  if (Buffer.byteLength(JSON.stringify(result.payload ?? null)) > mostPayloadBytes) return internalError();
  return answerOf(result.payload);
};

const callRoute = async (
  api: HttpApi,
  { functions, verify, now }: Backend,
  incoming: Incoming,
  match: Match,
): Promise<HttpAnswer> => {
  const { route } = match;
  const authorizer = route.authorizerId === undefined ? undefined : api.authorizers.get(route.authorizerId);
  let jwt: JwtContext | undefined;
  if (authorizer) {
    const decision = await authorize(verify, authorizer, route.scopes, incoming.headers['authorization']);
    if ('refused' in decision) return decision.refused;
    jwt = decision.jwt;
  }
  const integration = api.integrations.get(route.integrationId);
  if (!integration) return internalError();
  const payload = payloadOf(incoming, match, jwt, { apiId: api.id, requestId: randomUUID(), now: now() });
  return answerOfResult(await invokeWithin(functions, integration, payload));
};

/** Answers as an HTTP API does: preflight, route, authorizer, function, in this order. */
export const answerRequest = async (api: HttpApi, backend: Backend, incoming: Incoming): Promise<HttpAnswer> => {
  const { method, path, headers } = incoming;
  const { origin } = headers;
  const isPreflight = method === 'OPTIONS' && origin !== undefined && 'access-control-request-method' in headers;
  if (api.cors && isPreflight) return preflightAnswer(api.cors, origin);
  const match = matchRoute(api.routes.values(), method, path);
  const answer = match ? await callRoute(api, backend, incoming, match) : gatewayAnswer(404, 'Not Found');
  return withCors(api.cors, origin, answer);
};
