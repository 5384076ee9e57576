import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, publishTo, subProtocols, type Frame } from '../support/events-client.ts';
import { startEventsWorld, type EventsWorld } from '../support/events-world.ts';

let world: EventsWorld;
beforeAll(async () => {
  world = await startEventsWorld();
});
afterAll(() => world.stop());

const url = (): string => `ws://127.0.0.1:${world.server.port}`;

/** What a connection hears before it is closed on it, and with which code. */
const refusal = async (protocols: readonly string[]): Promise<readonly [Frame | undefined, number]> => {
  const client = await connect(url(), protocols);
  const [code] = (await once(client.socket, 'close')) as [number];
  return [client.frames[0], code];
};

describe('a connection', () => {
  it('is acknowledged, with the time to wait for a keep-alive', async () => {
    const client = await world.client();
    expect(client.socket.protocol).toBe('aws-appsync-event-ws');
    client.send({ type: 'connection_init' });
    expect(await client.next({ type: 'connection_ack' })).toEqual({
      type: 'connection_ack',
      connectionTimeoutMs: 300_000,
    });
    client.socket.close();
  });

  it('need not be initialized', async () => {
    const client = await world.client();
    expect(await client.subscribe('s', 'match/a', await world.issuer.mint())).toEqual({
      id: 's',
      type: 'subscribe_success',
    });
    client.socket.close();
  });

  it('is secured by the certificate of the local authority, on the same port', async () => {
    const client = await world.client(true);
    await client.subscribe('s', 'match/tls', await world.issuer.mint());
    await publishTo(world.endpoint, { channel: 'match/tls', events: ['1'] });
    expect(await client.next({ type: 'data' })).toMatchObject({ event: '1' });
    client.socket.close();
  });

  it('may name the host as a browser reaches it', async () => {
    const protocols = world.protocols(await world.issuer.mint(), `127.0.0.1:${world.server.port}`);
    const client = await connect(url(), protocols);
    client.send({ type: 'connection_init' });
    expect((await client.next({ type: 'connection_ack' })).type).toBe('connection_ack');
    client.socket.close();
  });

  it.each([
    ['no token', () => subProtocols({ host: world.host }), 'Valid authorization header not provided.'],
    ['no header at all', () => ['aws-appsync-event-ws'], 'Valid authorization header not provided.'],
    ['an expired token', () => world.issuer.mint({ expiresInSeconds: -5 }), 'Token has expired.'],
    ['a token for another audience', () => world.issuer.mint({ audience: 'others' }), 'another client'],
    ['a token of another issuer', () => world.issuer.mint({ issuer: 'https://x.invalid' }), 'Unauthorized'],
    ['garbage for a token', () => 'garbage', 'Unable to parse JWT token.'],
  ])('with %s is told so, and closed', async (_, credentials, message) => {
    const given = await credentials();
    const [frame, code] = await refusal(typeof given === 'string' ? world.protocols(given) : given);
    expect(frame).toEqual({
      type: 'connection_error',
      errors: [
        { errorType: 'UnauthorizedException', errorCode: 401, message: expect.stringContaining(message) as string },
      ],
    });
    expect(code).toBe(1008);
  });

  it.each([
    ['another host', (token: string) => world.protocols(token, 'example.com'), 'BadRequestException'],
    ['a header that is no JSON', () => ['aws-appsync-event-ws', 'header-!!!'], 'BadRequestException'],
    ['a header that is no object', () => ['aws-appsync-event-ws', 'header-Nw'], 'BadRequestException'],
    ['another sub-protocol', () => ['graphql-ws'], 'SubProtocolNotSupportedError'],
  ])('with %s is refused', async (_, protocols, errorType) => {
    const [frame] = await refusal(protocols(await world.issuer.mint()));
    expect(frame).toMatchObject({ type: 'connection_error', errors: [{ errorType, errorCode: 400 }] });
  });

  it('takes a client id that is an alternative of those allowed, and the word Bearer', async () => {
    const client = await connect(
      url(),
      world.protocols(`Bearer ${await world.issuer.mint({ audience: 'other-app' })}`),
    );
    client.send({ type: 'connection_init' });
    expect((await client.next({ type: 'connection_ack' })).type).toBe('connection_ack');
    client.socket.close();
  });

  it('is made at one path only', async () => {
    const socket = new WebSocket(`${url()}/graphql/realtime`, ['aws-appsync-event-ws']);
    await expect(once(socket, 'open')).rejects.toThrow('404');
  });

  it('of a page of another origin is refused, whatever token it has', async () => {
    const token = await world.issuer.mint();
    const from = (origin: string) => {
      const socket = new WebSocket(`${url()}/event/realtime`, [...world.protocols(token)], { origin });
      return once(socket, 'open').then(() => socket.close());
    };
    await expect(from('https://elsewhere.example')).rejects.toThrow('403');
    await expect(from(`http://elsewhere.example:${world.server.port}`)).rejects.toThrow('403');
    await expect(from('null')).rejects.toThrow('403');
    await from(`http://${world.host}`); // some clients that are no browser say their own address
  });

  it('whose request cannot be read is closed, and the others stay', async () => {
    const staying = await world.client();
    const socket = connectTcp(world.server.port, '127.0.0.1');
    socket.write(
      [
        'GET //[ HTTP/1.1',
        `host: ${world.host}`,
        'connection: Upgrade',
        'upgrade: websocket',
        'sec-websocket-version: 13',
        'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
        '\r\n',
      ].join('\r\n'),
    );
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 404 /);
    expect((await staying.subscribe('s', 'match/a', await world.issuer.mint())).type).toBe('subscribe_success');
    staying.socket.close();
  });

  it('takes tokens only as long after their issue as the API says', async () => {
    const openIdConnect = { issuer: 'https://issuer.millrace.invalid', issuedWithinMs: 3_000 };
    const api = { name: 'x', connectionAuth: ['OPENID_CONNECT'], publishAuth: [], subscribeAuth: [] } as const;
    const late = await startEventsWorld({}, () => Date.now() + 60_000);
    await late.reconfigure({ api: { ...api, openIdConnect } });
    const client = await connect(`ws://127.0.0.1:${late.server.port}`, late.protocols(await late.issuer.mint()));
    expect(await client.next({ type: 'connection_error' })).toMatchObject({
      errors: [{ message: 'Token has expired.' }],
    });
    await late.stop();
  });

  it('is refused by an API that takes no tokens', async () => {
    const bare = await startEventsWorld();
    await bare.reconfigure({ api: { name: 'x', connectionAuth: [], publishAuth: ['AWS_IAM'], subscribeAuth: [] } });
    const client = await connect(`ws://127.0.0.1:${bare.server.port}`, bare.protocols(await bare.issuer.mint()));
    expect(await client.next({ type: 'connection_error' })).toMatchObject({
      errors: [{ message: 'You are not authorized to make this call.' }],
    });
    await bare.stop();
  });
});

describe('with short limits, a connection', () => {
  it('is kept alive, by word, at the interval', async () => {
    const brief = await startEventsWorld({ keepAliveMs: 30 });
    const client = await brief.client();
    const before = performance.now();
    await client.next({ type: 'ka' });
    await client.next({ type: 'ka' });
    expect(performance.now() - before).toBeGreaterThan(40);
    expect(client.frames).toContainEqual({ type: 'ka' });
    client.socket.close();
    await brief.stop();
  });

  it('ends when it has lasted as long as it may', async () => {
    const brief = await startEventsWorld({ mostMs: 50 });
    const client = await brief.client();
    const [code] = (await once(client.socket, 'close')) as [number];
    expect(code).toBe(1000);
    await brief.stop();
  });
});
