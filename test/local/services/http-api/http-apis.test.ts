import { afterEach, describe, expect, it } from 'vitest';
import type { VerifyToken } from '../../../../local/services/http-api/authorize.ts';
import type { Cors } from '../../../../local/services/http-api/http-api.ts';
import { createHttpApis, type RunningHttpApis } from '../../../../local/services/http-api/start-http-apis.ts';
import type { InvokeResult } from '../../../../local/world.ts';

let running: RunningHttpApis | undefined;
afterEach(() => running?.stop());

interface Options {
  readonly answer?: (payload: unknown) => InvokeResult | Promise<InvokeResult>;
  readonly verify?: VerifyToken;
  readonly cors?: Cors;
  readonly timeoutMs?: number;
  readonly scopes?: readonly string[];
}

const echo = (payload: unknown): InvokeResult => ({ payload, requestId: 'r' });
const said = (payload: unknown) => (): InvokeResult => ({ payload, requestId: 'r' });

/** `GET /open/{id}` for anyone, `GET /closed` for bearers of a token, `POST /open`. */
const start = async ({ answer = echo, verify, cors, timeoutMs = 30_000, scopes = [] }: Options = {}) => {
  const complaints: string[] = [];
  running = createHttpApis(
    {
      functions: { invoke: async (_, payload) => answer(payload) },
      verify: verify ?? (() => Promise.reject(new Error('no'))),
      now: () => Date.UTC(2026, 10, 21, 8),
    },
    (line) => complaints.push(line),
  );
  const endpoint = await running.define({ id: 'a1', name: 'api', cors });
  const api = running.get('a1');
  api?.integrations.set('i', { functionArn: 'arn', timeoutMs });
  api?.authorizers.set('jwt', { issuer: 'https://issuer.invalid', audiences: ['other', 'millrace'] });
  const open = { integrationId: 'i', authorizerId: undefined, scopes: [] };
  api?.routes.set('1', { key: 'GET /open/{id}', ...open });
  api?.routes.set('2', { key: 'POST /open', ...open });
  api?.routes.set('3', { key: 'GET /closed', integrationId: 'i', authorizerId: 'jwt', scopes });
  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${endpoint}${path}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { call, complaints };
};

const token = 'e30.e30.c2ln';
const bearer = { headers: { authorization: `Bearer ${token}` } };
const accepting: VerifyToken = async (_, { audience }) => {
  if (audience !== 'millrace') throw new Error('the token does not have a valid audience');
  return { sub: 'ann', scope: 'millrace/read openid', groups: ['a', 'b'], exp: 1 };
};

describe('the event of payload format 2.0', () => {
  it('has path, decoded parameters, joined queries, lower-case headers and cookies', async () => {
    const { call } = await start();
    const { text } = await call('/open/caf%C3%A9?b=1&a=x%2Fy&b=2', {
      headers: { 'X-Mine': 'yes', cookie: 'c=1; d=2' },
    });
    expect(JSON.parse(text)).toMatchObject({
      version: '2.0',
      routeKey: 'GET /open/{id}',
      rawPath: '/open/café',
      rawQueryString: 'b=1&a=x%2Fy&b=2',
      pathParameters: { id: 'café' },
      queryStringParameters: { a: 'x/y', b: '1,2' },
      headers: { 'x-mine': 'yes' },
      cookies: ['c=1', 'd=2'],
      isBase64Encoded: false,
      requestContext: {
        apiId: 'a1',
        stage: '$default',
        time: '21/Nov/2026:08:00:00 +0000',
        http: { method: 'GET', path: '/open/café' },
      },
    });
    expect(JSON.parse(text)).not.toHaveProperty('body');
    expect(JSON.parse(text).headers).not.toHaveProperty('cookie');
  });

  it('has parameters by any name', async () => {
    const { call } = await start();
    const { text } = await call('/open/1?constructor=x&toString=y&constructor=z');
    expect(JSON.parse(text).queryStringParameters).toEqual({ constructor: 'x,z', toString: 'y' });
  });

  it('has a text body as it is, and any other in base64', async () => {
    const { call } = await start();
    const json = await call('/open', {
      method: 'POST',
      body: '{"é":1}',
      headers: { 'content-type': 'application/json' },
    });
    expect(JSON.parse(json.text)).toMatchObject({ body: '{"é":1}', isBase64Encoded: false });
    const bytes = await call('/open', { method: 'POST', body: new Uint8Array([0, 255]) });
    expect(JSON.parse(bytes.text)).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
  });
});

describe('what a function answers', () => {
  it('is status, headers, cookies and body', async () => {
    const { call } = await start({
      answer: said({ statusCode: 410, headers: { 'X-A': 1 }, cookies: ['a=1', 'b=2'], body: 'gone' }),
    });
    const { status, headers, text } = await call('/open/1');
    expect([status, text, headers.get('x-a'), headers.getSetCookie()]).toEqual([410, 'gone', '1', ['a=1', 'b=2']]);
  });

  it('is decoded where it is base64', async () => {
    const { call } = await start({ answer: said({ statusCode: 200, body: 'aMOp', isBase64Encoded: true }) });
    expect((await call('/open/1')).text).toBe('hé');
  });

  it('is itself the body, with 200, where it has no statusCode', async () => {
    const { call } = await start({ answer: said({ a: 1 }) });
    const { status, headers, text } = await call('/open/1');
    expect([status, headers.get('content-type'), text]).toEqual([200, 'application/json', '{"a":1}']);
  });

  it.each([
    ['a status that is none', said({ statusCode: 'x' })],
    ['a body that is no text', said({ statusCode: 200, body: { a: 1 } })],
    ['more than Lambda hands back', said({ statusCode: 200, body: 'x'.repeat(6_300_000) })],
    ['an error', (): InvokeResult => ({ error: 'Unhandled', message: 'm', kind: 'thrown', requestId: 'r' })],
  ])('is 500 for %s', async (_, answer) => {
    const { call } = await start({ answer });
    expect(await call('/open/1')).toMatchObject({ status: 500, text: '{"message":"Internal Server Error"}' });
  });

  it('is 503 where the function is throttled', async () => {
    const { call } = await start({ answer: () => ({ throttled: 'all busy' }) });
    expect(await call('/open/1')).toMatchObject({ status: 503, text: '{"message":"Service Unavailable"}' });
  });

  it('is 503 where it takes longer than the integration may', async () => {
    const { call } = await start({ answer: () => new Promise(() => {}), timeoutMs: 50 });
    expect(await call('/open/1')).toMatchObject({ status: 503, text: '{"message":"Service Unavailable"}' });
  });

  it('is 500, and a complaint, where the local run itself fails', async () => {
    const { call, complaints } = await start({ answer: () => Promise.reject(new Error('stopping')) });
    expect(await call('/open/1')).toMatchObject({ status: 500 });
    expect(complaints).toEqual(['api: GET /open/1: Error: stopping']);
  });
});

describe('a request that no route takes', () => {
  it.each([
    ['/nothing', 404, 'Not Found'],
    // API Gateway decodes before it looks for the route.
    ['/open/a%2Fb', 404, 'Not Found'],
    ['/open/%zz', 400, 'Bad Request'],
  ])('%s is %d', async (path, status, message) => {
    const { call } = await start();
    expect(await call(path)).toMatchObject({ status, text: JSON.stringify({ message }) });
  });

  it('is 413 where its body is over 10 MB', async () => {
    const { call } = await start();
    const { status } = await call('/open', { method: 'POST', body: 'x'.repeat(10 * 1024 * 1024 + 1) });
    expect(status).toBe(413);
  });
});

describe('a route with a JWT authorizer', () => {
  it('is 401 without a token', async () => {
    const { call } = await start({ verify: accepting });
    const { status, headers, text } = await call('/closed');
    expect([status, text, headers.get('www-authenticate')]).toEqual([401, '{"message":"Unauthorized"}', 'Bearer']);
  });

  it.each([
    ['a token that is none', 'Bearer abc', 'the token is malformed'],
    ['a token that is refused', `Bearer ${token}`, "the token's claim  aud  is wrong"],
  ])('is 401, and says why, with %s', async (_, authorization, why) => {
    const { call } = await start({ verify: () => Promise.reject(new Error('the token’s claim "aud" is wrong')) });
    const { status, headers } = await call('/closed', { headers: { authorization } });
    const told = headers.get('www-authenticate');
    expect(status).toBe(401);
    expect(told).toBe(`Bearer scope="" error="invalid_token" error_description="${why}"`);
  });

  it('is called with the claims, for any of its audiences, with or without "Bearer"', async () => {
    const { call } = await start({ verify: accepting });
    for (const authorization of [token, `Bearer ${token}`, `bearer ${token}`]) {
      const { text } = await call('/closed', { headers: { authorization } });
      expect(JSON.parse(text).requestContext.authorizer).toEqual({
        jwt: { claims: { sub: 'ann', scope: 'millrace/read openid', groups: '[a b]', exp: '1' }, scopes: null },
      });
    }
  });

  it('is 403 for a token without a scope of the route, and open to one that has it', async () => {
    const lacking = await start({ verify: accepting, scopes: ['millrace/write', 'admin'] });
    const { status, text, headers } = await lacking.call('/closed', bearer);
    expect([status, text]).toEqual([403, '{"message":"Forbidden"}']);
    expect(headers.get('www-authenticate')).toBe('Bearer scope="millrace/write admin" error="insufficient_scope"');
    await running?.stop();
    const holding = await start({ verify: accepting, scopes: ['millrace/read', 'admin'] });
    const passed = await holding.call('/closed', bearer);
    expect(JSON.parse(passed.text).requestContext.authorizer.jwt.scopes).toEqual(['millrace/read']);
  });

  it('takes scopes of the claim scp, also as a list', async () => {
    const { call } = await start({ verify: async () => ({ scp: ['millrace/read'] }), scopes: ['millrace/read'] });
    expect((await call('/closed', bearer)).status).toBe(200);
  });
});

describe('an API with CORS', () => {
  const cors: Cors = {
    origins: ['https://page.invalid'],
    methods: ['GET'],
    headers: ['authorization'],
    exposed: ['retry-after'],
    maxAgeSeconds: 300,
    credentials: false,
  };
  const asking = (origin: string) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
  });

  it('answers a preflight itself, before routes and authorizers', async () => {
    const { call } = await start({ cors });
    const { status, headers } = await call('/closed', asking('https://page.invalid'));
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://page.invalid');
    expect(headers.get('access-control-allow-methods')).toBe('GET');
    expect(headers.get('access-control-allow-headers')).toBe('authorization');
    expect(headers.get('access-control-max-age')).toBe('300');
  });

  it('allows nothing to another origin', async () => {
    const { call } = await start({ cors });
    const { headers } = await call('/closed', asking('https://other.invalid'));
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('puts its own headers in the place of the function’s, also on refusals', async () => {
    const answer = said({ statusCode: 200, headers: { 'access-control-allow-origin': '*' }, body: '' });
    const { call } = await start({ cors, answer });
    const asked = { headers: { origin: 'https://page.invalid' } };
    for (const path of ['/open/1', '/closed', '/nothing']) {
      const { headers } = await call(path, asked);
      expect(headers.get('access-control-allow-origin')).toBe('https://page.invalid');
      expect(headers.get('access-control-expose-headers')).toBe('retry-after');
    }
    expect((await call('/open/1')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('says * to everyone where every origin may', async () => {
    const { call } = await start({ cors: { ...cors, origins: ['*'], maxAgeSeconds: undefined } });
    expect((await call('/open/1', { headers: { origin: 'null' } })).headers.get('access-control-allow-origin')).toBe(
      '*',
    );
  });

  it('has none of these headers where it is not configured', async () => {
    const { call } = await start();
    expect((await call('/open/1', asking('https://page.invalid'))).status).toBe(404);
  });
});
