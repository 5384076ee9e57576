import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startPage, type Page } from '../../../bin/local/page/start-page.ts';
import type { LocalStatus } from '../../../console/page/status.ts';
import { startSimulatedPlatform, type SimulatedPlatform } from './support/simulated-platform.ts';
import { simulatedStatus } from './support/simulated-status.ts';

let platform: SimulatedPlatform;
let page: Page;
let accounts = 0;
beforeAll(async () => {
  platform = await startSimulatedPlatform();
  page = await startPage({
    files: new Map([['/', { type: 'text/html', body: Buffer.from('<!doctype html>') }]]),
    events: platform.endpoint,
    api: platform.endpoint,
    issuer: platform.endpoint,
    status: () => Promise.resolve(simulatedStatus(Date.now())),
    takeAccount: () => {
      accounts += 1;
      return Promise.resolve();
    },
  });
});
afterAll(async () => {
  await page.stop();
  await platform.stop();
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
/** Not `fetch`, which lets nobody choose a Host. */
const ask = async (path: string, { method = 'GET', headers = {}, body }: Asked = {}) => {
  const sending = request(page.address, { path, method, headers });
  sending.end(body);
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
};
const bearer = { authorization: 'Bearer token' };

describe('who is answered', () => {
  it.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost:1'])(
    'refuses a request for the host "%s": a foreign name for this machine',
    async (host) => {
      for (const path of ['/', '/local/status', '/v1/dead-letters', '/oidc/oauth2/token'])
        expect((await ask(path, { headers: { host } })).status).toBe(403);
    },
  );

  it('answers under both names of its own', async () => {
    const { port } = new URL(page.address);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`])
      expect((await ask('/', { headers: { host } })).status).toBe(200);
  });

  it('refuses what another origin or another site has asked for, but lets a link lead here', async () => {
    expect((await ask('/local/status?account', { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    const cross = { 'sec-fetch-site': 'cross-site' };
    expect((await ask('/local/status?account', { headers: { ...cross, 'sec-fetch-mode': 'no-cors' } })).status).toBe(
      403,
    );
    const linked = { headers: { ...cross, 'sec-fetch-mode': 'navigate' } };
    expect((await ask('/', linked)).status).toBe(200);
    for (const path of [
      '/local/status?account',
      '/page.js',
      '/v1/dead-letters',
      '/oidc/oauth2/token',
      '//x.example/v1',
    ])
      expect((await ask(path, linked)).status).toBe(403);
    expect(accounts).toBe(0);
  });

  it('lets no foreign page open a WebSocket', async () => {
    const url = `${page.address.replace('http', 'ws')}/event/realtime`;
    for (const origin of ['http://evil.example', undefined]) {
      const socket = new WebSocket(url, ['aws-appsync-event-ws'], origin === undefined ? {} : { origin });
      const [error] = (await once(socket, 'error')) as [Error];
      expect(error.message).toContain('403');
    }
  });
});

describe('what an answer carries', () => {
  it('forbids every request to elsewhere, every inline script, and framing', async () => {
    const policy = (await ask('/')).headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    const { port } = new URL(page.address);
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port};`);
  });

  it('says so where it refuses, too', async () => {
    const { headers } = await ask('/', { headers: { host: 'evil.example' } });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('serves what it has, and nothing of the file system', async () => {
    for (const path of ['/index.html', '/../package.json', '/%2e%2e/package.json', '//etc/passwd'])
      expect((await ask(path)).status).toBe(404);
    expect((await ask('/', { method: 'POST' })).status).toBe(405);
  });
});

describe('the local status', () => {
  it('is JSON with every source and the relay', async () => {
    const { body } = await ask('/local/status');
    const status = JSON.parse(body) as LocalStatus;
    expect(status.sources.map(({ source }) => source)).toEqual(['stadium-sensors', 'broadcast', 'social', 'market']);
    expect(status.relay.publishedPerSecond).toBeGreaterThan(0);
    expect(accounts).toBe(0);
  });

  it('takes an account when it is asked for one', async () => {
    await ask('/local/status?account');
    expect(accounts).toBe(1);
  });
});

describe('where a request is sent on to', () => {
  let elsewhere: Server;
  let host: string;
  const asked: string[] = [];
  beforeAll(async () => {
    elsewhere = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(200, { 'content-type': 'text/javascript' }).end('foreign');
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    host = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    elsewhere.close();
    await once(elsewhere, 'close');
  });

  it.each([
    '/oidc//HOST/x.js',
    '//HOST/v1/x.js',
    '//HOST/oidc/x.js',
    '/v1/../oidc//HOST/x.js',
    '/oidc/\\HOST/x.js',
    '/\\HOST/v1/x.js',
    '/oidc/.//HOST/x.js',
    'http://HOST/v1/x.js',
    '//[',
  ])('is never what its path says: %s is no page', async (path) => {
    const { status, body } = await ask(path.replace('HOST', host), { headers: bearer });
    expect([status, JSON.parse(body)]).toEqual([404, { message: 'there is no such page' }]);
    expect(asked).toEqual([]);
  });
});

describe('what is behind', () => {
  it('is asked with the token, and its answer is handed back', async () => {
    const { status, body } = await ask('/v1/dead-letters?limit=3', { headers: bearer });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ more: false });
    expect((await ask('/v1/dead-letters')).status).toBe(401);
  });

  it('gives tokens below /oidc', async () => {
    const { body } = await ask('/oidc/oauth2/token', { method: 'POST', body: 'grant_type=client_credentials' });
    expect(JSON.parse(body)).toMatchObject({ access_token: 'token' });
  });

  it('is only read, and takes no large body', async () => {
    expect((await ask('/v1/dead-letters', { method: 'DELETE', headers: bearer })).status).toBe(405);
    const body = 'x'.repeat(64 * 1024 + 1);
    expect((await ask('/oidc/oauth2/token', { method: 'POST', body })).status).toBe(413);
  });

  it('speaks with a WebSocket of ours as if nobody stood between them', async () => {
    const socket = new WebSocket(`${page.address.replace('http', 'ws')}/event/realtime`, ['aws-appsync-event-ws'], {
      origin: page.address,
    });
    await once(socket, 'open');
    expect(socket.protocol).toBe('aws-appsync-event-ws');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    const [ack] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(ack.toString('utf8'))).toMatchObject({ type: 'connection_ack' });
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', channel: 'match/positions/*' }));
    await once(socket, 'message');
    const [data] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(data.toString('utf8'))).toMatchObject({ type: 'data', id: '1' });
    platform.cut();
    await once(socket, 'close');
  });
});

it('says what is wrong when a service behind it is gone, and goes on', async () => {
  const alone = await startPage({
    files: new Map(),
    events: 'http://127.0.0.1:9',
    api: 'http://127.0.0.1:9',
    issuer: 'http://127.0.0.1:9',
    status: () => Promise.reject(new Error('the table does not answer')),
    takeAccount: () => Promise.resolve(),
  });
  try {
    const api = await fetch(`${alone.address}/v1/dead-letters`);
    expect(api.status).toBe(502);
    const status = await fetch(`${alone.address}/local/status`);
    expect([status.status, await status.json()]).toEqual([500, { message: 'the table does not answer' }]);
    const socket = new WebSocket(`${alone.address.replace('http', 'ws')}/event/realtime`, { origin: alone.address });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('502');
  } finally {
    await alone.stop();
  }
});
