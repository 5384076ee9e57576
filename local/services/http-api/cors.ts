import type { Cors, HttpAnswer } from './http-api.ts';

const allows = (list: readonly string[], value: string): boolean =>
  list.some((entry) => entry === '*' || entry.toLowerCase() === value.toLowerCase());

/** Undefined where the origin may not: then no header says anything. */
const originHeaders = (cors: Cors, origin: string): Record<string, string> | undefined => {
  if (!allows(cors.origins, origin)) return undefined;
  return {
    'access-control-allow-origin': cors.origins.includes('*') ? '*' : origin,
    ...(cors.origins.includes('*') ? {} : { vary: 'Origin' }),
    ...(cors.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
};

/** Answers a preflight by the configuration alone; no route and no authorizer is asked. */
export const preflightAnswer = (cors: Cors, origin: string): HttpAnswer => {
  const headers = originHeaders(cors, origin);
  return {
    status: 204,
    headers: headers
      ? {
          ...headers,
          ...(cors.methods.length > 0 ? { 'access-control-allow-methods': cors.methods.join(',') } : {}),
          ...(cors.headers.length > 0 ? { 'access-control-allow-headers': cors.headers.join(',') } : {}),
          ...(cors.maxAgeSeconds === undefined ? {} : { 'access-control-max-age': String(cors.maxAgeSeconds) }),
        }
      : {},
    body: '',
  };
};

/** The answer with the configured headers; what the function said about origins is ignored where there is a configuration. */
export const withCors = (cors: Cors | undefined, origin: string | undefined, answer: HttpAnswer): HttpAnswer => {
  if (!cors) return answer;
  const own = Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'));
  const added = origin === undefined ? undefined : originHeaders(cors, origin);
  const exposed = added && cors.exposed.length > 0 ? { 'access-control-expose-headers': cors.exposed.join(',') } : {};
  return { ...answer, headers: { ...Object.fromEntries(own), ...added, ...exposed } };
};
