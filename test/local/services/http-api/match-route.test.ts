import { describe, expect, it } from 'vitest';
import type { Route } from '../../../../local/services/http-api/http-api.ts';
import { matchRoute } from '../../../../local/services/http-api/match-route.ts';

const routes = (...keys: string[]): Route[] =>
  keys.map((key) => ({ key, integrationId: 'i', authorizerId: undefined, scopes: [] }));
const found = (keys: string[], method: string, path: string) => {
  const match = matchRoute(routes(...keys), method, path);
  return match && [match.route.key, match.parameters];
};

/** The example of AWS's page on routes, in an order that is of no help. */
const pets = ['$default', 'ANY /{proxy+}', 'GET /pets/{proxy+}', 'GET /pets/dog/{id}', 'GET /pets/dog/1', 'POST /pets'];

describe('the route of a request', () => {
  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['POST', '/pets', 'POST /pets', {}],
    ['GET', '/', '$default', {}],
  ])('of %s %s is %s', (method, path, key, parameters) => {
    expect(found(pets, method, path)).toEqual([key, parameters]);
  });

  it('is the full match before a greedy one, also where the greedy one begins alike', () => {
    expect(found(['GET /a/b/{rest+}', 'GET /{x}/b/{y}'], 'GET', '/a/b/c')?.[0]).toBe('GET /{x}/b/{y}');
  });

  it('is the one that names the method before the one for any', () => {
    expect(found(['ANY /a', 'GET /a'], 'GET', '/a')?.[0]).toBe('GET /a');
    expect(found(['ANY /a', 'GET /a'], 'PUT', '/a')?.[0]).toBe('ANY /a');
  });

  it('is none for another method, another path, a slash too many, or a variable without a value', () => {
    const keys = ['GET /v1/things/{id}'];
    expect(found(keys, 'POST', '/v1/things/1')).toBeUndefined();
    expect(found(keys, 'GET', '/v1/thing/1')).toBeUndefined();
    expect(found(keys, 'GET', '/v1/things/1/')).toBeUndefined();
    expect(found(keys, 'GET', '/v1/things/')).toBeUndefined();
    expect(found(keys, 'GET', '/v1/things')).toBeUndefined();
  });

  it('is none where a decoded slash makes two segments of a variable', () => {
    expect(found(['GET /channels/{channel}/messages'], 'GET', '/channels/a/b/messages')).toBeUndefined();
  });
});
