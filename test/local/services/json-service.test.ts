import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsError } from '../../../local/services/aws-error.ts';
import { startJsonService, type RunningService } from '../../../local/services/json-service.ts';

let service: RunningService;
beforeEach(async () => {
  service = await startJsonService(async ({ method, path, query, body }) => {
    if (path === '/ours') throw new AwsError('TeapotException', 'short and stout', 418);
    if (path === '/bug') throw new TypeError('a slip of ours');
    if (path === '/odd') throw 'text';
    return { status: 201, headers: { 'x-made': 'here' }, body: body ?? { method, path, a: query.get('a') } };
  });
});
afterEach(() => service.stop());

const ask = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${service.endpoint}${path}`, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
};

describe('startJsonService', () => {
  it('listens on the loopback address, on a port the system gave', () => {
    expect(service.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}$/);
  });

  it('hands over method, path and query, and gives back status, headers and JSON', async () => {
    const { status, headers, body } = await ask('/x/y?a=1');
    expect([status, headers.get('x-made'), headers.get('content-type')]).toEqual([
      201,
      'here',
      'application/x-amz-json-1.1',
    ]);
    expect(body).toEqual({ method: 'GET', path: '/x/y', a: '1' });
  });

  it('reads JSON, compressed or not', async () => {
    const text = JSON.stringify({ long: 'ä'.repeat(50_000) });
    expect((await ask('/', { method: 'POST', body: text })).body).toEqual(JSON.parse(text));
    const compressed = { method: 'POST', body: gzipSync(text), headers: { 'content-encoding': 'gzip' } };
    expect((await ask('/', compressed)).body).toEqual(JSON.parse(text));
  });

  it.each([
    ['/ours', 418, 'TeapotException', 'short and stout'],
    ['/bug', 500, 'InternalServerError', 'a slip of ours'],
    ['/odd', 500, 'InternalServerError', 'text'],
  ])('answers an error at %s as AWS does', async (path, status, code, message) => {
    const answer = await ask(path);
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([status, code]);
    expect(answer.body).toEqual({ __type: code, message });
  });

  it('refuses a body that is no JSON, and one that is too large, compressed too', async () => {
    expect((await ask('/', { method: 'POST', body: '{' })).body).toMatchObject({ __type: 'SerializationException' });
    const large = Buffer.alloc(9 * 1024 * 1024, ' ');
    const compressed = { method: 'POST', body: gzipSync(large), headers: { 'content-encoding': 'gzip' } };
    expect((await ask('/', compressed)).status).toBe(500);
  });

  it('stops with connections open, and may be stopped twice', async () => {
    await ask('/');
    await service.stop();
    await service.stop();
    await expect(fetch(service.endpoint)).rejects.toThrow('fetch failed');
  });
});
