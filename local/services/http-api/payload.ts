import type { JwtContext } from './authorize.ts';
import { gatewayAnswer, type HttpAnswer } from './http-api.ts';
import type { Match } from './match-route.ts';

/** A request as it came in. */
export interface Incoming {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly host: string;
  readonly sourceIp: string;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `21/Nov/2026:08:00:00 +0000` */
const logTime = (at: Date): string => {
  const day = String(at.getUTCDate()).padStart(2, '0');
  return `${day}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${at.toISOString().slice(11, 19)} +0000`;
};

const isText = (contentType: string): boolean =>
  /^(text\/|application\/(json|xml|javascript))|\+(json|xml)/.test(contentType);

/** What stands twice is joined by a comma. */
const queryParameters = (query: string): Record<string, string> | undefined => {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined.size > 0 ? Object.fromEntries(joined) : undefined;
};

const bodyFields = ({ body, headers }: Incoming): object => {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = isText(headers['content-type'] ?? '');
  return { body: body.toString(text ? 'utf8' : 'base64'), isBase64Encoded: !text };
};

/** The event of payload format 2.0. */
export const payloadOf = (
  incoming: Incoming,
  { route, parameters }: Match,
  jwt: JwtContext | undefined,
  { apiId, requestId, now }: { readonly apiId: string; readonly requestId: string; readonly now: number },
): object => {
  const { method, path, query, host, sourceIp } = incoming;
  const { cookie, ...headers } = incoming.headers;
  const queryStringParameters = queryParameters(query);
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/; */) }),
    headers,
    ...(queryStringParameters ? { queryStringParameters } : {}),
    requestContext: {
      accountId: '000000000000',
      apiId,
      ...(jwt ? { authorizer: { jwt } } : {}),
      domainName: host,
      domainPrefix: apiId,
      http: { method, path, protocol: 'HTTP/1.1', sourceIp, userAgent: headers['user-agent'] ?? '' },
      requestId,
      routeKey: route.key,
      stage: '$default',
      time: logTime(new Date(now)),
      timeEpoch: now,
    },
    ...(Object.keys(parameters).length > 0 ? { pathParameters: parameters } : {}),
    ...bodyFields(incoming),
  };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const internalError = (): HttpAnswer => gatewayAnswer(500, 'Internal Server Error');

const headersOf = (headers: unknown): Record<string, string> =>
  isRecord(headers)
    ? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]))
    : {};

/** What a function answered, as format 2.0 reads it; what has no `statusCode` is itself the body. */
export const answerOf = (payload: unknown): HttpAnswer => {
  if (!isRecord(payload) || !('statusCode' in payload)) {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload ?? null);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers, cookies, body = '', isBase64Encoded } = payload;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599 || typeof body !== 'string') return internalError();
  return {
    status,
    headers: { 'content-type': 'text/plain;charset=utf-8', ...headersOf(headers) },
    ...(Array.isArray(cookies) ? { cookies: cookies.map(String) } : {}),
    body: isBase64Encoded === true ? Buffer.from(body, 'base64') : body,
  };
};
