import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientOptions } from '../../../console/client/create-client.ts';
import { answers, FakeSocket, newest, nothing, start } from './support/fake-socket.ts';
import { message } from './support/messages.ts';

beforeEach(() => {
  FakeSocket.made = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class ThrowingSocket extends FakeSocket {
  constructor(url: string, protocols: string[]) {
    super(url, protocols);
    throw new SyntaxError('a bad sub-protocol');
  }
}

describe('a connection', () => {
  it('brings its proof in the sub-protocols, and says what it wants after the acknowledgement', async () => {
    const { client } = await start();
    client.subscribe('match/events/*', { onMessage: () => {} });
    const [protocol, header = ''] = newest().protocols;
    expect(protocol).toBe('aws-appsync-event-ws');
    expect(JSON.parse(Buffer.from(header.replace('header-', ''), 'base64url').toString())).toEqual({
      host: 'http.invalid',
      Authorization: 'e30.e30.c2ln',
    });
    expect(newest().sent).toEqual([]);
    await newest().opens();
    expect(newest().sent).toEqual([
      { type: 'connection_init' },
      expect.objectContaining({ type: 'subscribe', channel: '/match/events/*' }),
    ]);
    client.close();
  });

  it('is given up where nothing comes for as long as the acknowledgement said, and made again', async () => {
    const { client, states } = await start();
    await newest().opens(60_000);
    await vi.advanceTimersByTimeAsync(50_000);
    newest().says({ type: 'ka' });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(states).toEqual(['connecting', 'open']);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.made[0]?.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(250);
    expect(states.slice(2)).toEqual(['waiting: nothing came for 60 s', 'connecting']);
    expect(FakeSocket.made).toHaveLength(2);
    client.close();
  });

  it('is given up where it is never acknowledged', async () => {
    const { client, states } = await start();
    newest().emit('open');
    await vi.advanceTimersByTimeAsync(15_000);
    expect(states.at(-1)).toBe('waiting: nothing came for 15 s');
    client.close();
  });

  it('is tried at ever longer distances, and from the beginning after it was steady', async () => {
    const { client } = await start();
    const distances: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      const before = Date.now();
      newest().emit('close', { code: 1006, reason: '' });
      await vi.advanceTimersToNextTimerAsync();
      distances.push(Date.now() - before);
    }
    expect(distances).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    await newest().opens();
    await vi.advanceTimersByTimeAsync(5_000);
    newest().emit('close', { code: 1001, reason: 'going away' });
    await vi.advanceTimersByTimeAsync(250);
    expect(FakeSocket.made).toHaveLength(10);
    client.close();
  });

  it('that was given up is not heard any more', async () => {
    const told: number[] = [];
    const { client } = await start();
    client.subscribe('match/events/m-1', { after: 0, onMessage: ({ number }) => told.push(number) });
    await newest().opens();
    const [old] = FakeSocket.made;
    const { id } = old?.sent.find(({ type }) => type === 'subscribe') ?? {};
    old?.emit('close', { code: 1006, reason: '' });
    old?.says({ type: 'data', id, event: JSON.stringify(message(1)) });
    expect(told).toEqual([]);
    client.close();
  });

  it('is given up where what comes cannot be read', async () => {
    const { client, states } = await start();
    await newest().opens();
    newest().emit('message', { data: '{' });
    expect(states.at(-1)).toBe('waiting: something came that is no JSON');
    client.close();
  });

  it('waits for a token as for anything else', async () => {
    let tries = 0;
    const { client, states } = await start({
      token: async () => {
        tries += 1;
        if (tries === 1) throw new Error('the issuer is away');
        return 'e30.e30.c2ln';
      },
    });
    expect(states).toEqual(['connecting', 'waiting: no token: the issuer is away']);
    await vi.advanceTimersByTimeAsync(250);
    expect(FakeSocket.made).toHaveLength(1);
    client.close();
  });

  it.each([
    [
      'cannot be made at all',
      { WebSocket: ThrowingSocket },
      'waiting: the connection cannot be made: a bad sub-protocol',
    ],
    [
      'gets no token and no answer',
      { token: () => new Promise<string>(() => {}) },
      'waiting: no token: none came for 15 s',
    ],
  ])('that %s is tried again', async (_, over, waiting) => {
    const { client, states } = await start(over);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(states).toContain(waiting);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(states.filter((state) => state === 'connecting').length).toBeGreaterThan(1);
    client.close();
    expect(states.at(-1)).toBe('closed');
  });

  it('is over when the client is closed: nothing is made again', async () => {
    const { client, states } = await start();
    await newest().opens();
    client.close();
    client.close();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(states).toEqual(['connecting', 'open', 'closed']);
    expect(newest().closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a subscription', () => {
  const subscribed = async (over: Partial<ClientOptions> = {}) => {
    const told: unknown[] = [];
    const { client, states } = await start(over);
    const subscription = client.subscribe('match/events/m-1', {
      after: 0,
      onMessage: ({ number }) => told.push(number),
      onError: ({ message: said }) => told.push(said),
    });
    await newest().opens();
    const id = newest().sent.find(({ type }) => type === 'subscribe')?.id;
    const says = async (body: object): Promise<void> => {
      newest().says({ id, ...body });
      await vi.advanceTimersByTimeAsync(0);
    };
    return { client, told, says, subscription, states };
  };

  it('takes data as a string, or as a list of strings', async () => {
    const { client, told, says } = await subscribed();
    await says({ type: 'data', event: JSON.stringify(message(1)) });
    await says({ type: 'data', event: [JSON.stringify(message(2)), JSON.stringify(message(3))] });
    expect(told).toEqual([1, 2, 3]);
    client.close();
  });

  it('tells of what is no message, and goes on', async () => {
    const { client, told, says } = await subscribed();
    await says({ type: 'data', event: ['no json', '{"channel":1}', JSON.stringify(message(1))] });
    const foreign = 'match/events/m-1: an event came that is no message of the platform';
    expect(told).toEqual([foreign, foreign, 1]);
    client.close();
  });

  it('that is closed says so, and hears nothing more', async () => {
    const { client, told, says, subscription } = await subscribed();
    subscription.close();
    expect(newest().sent.at(-1)).toMatchObject({ type: 'unsubscribe' });
    await says({ type: 'data', event: JSON.stringify(message(1)) });
    expect(told).toEqual([]);
    client.close();
  });

  it.each([
    [500, { message: 'Internal Server Error' }],
    [429, { message: 'Too Many Requests' }],
    [404, { message: 'Not Found' }],
  ])('asks again where the resume endpoint answers %d %o', async (status, body) => {
    const asked: string[] = [];
    const { client, told, says } = await subscribed({
      fetch: async (url) => {
        asked.push(url);
        return asked.length === 1 ? answers(status, body)() : nothing();
      },
    });
    await says({ type: 'subscribe_success' });
    expect(told).toEqual([`match/events/m-1: the resume endpoint answered ${status}: ${body.message}`]);
    await vi.advanceTimersByTimeAsync(250);
    expect(asked).toEqual(
      Array.from({ length: 2 }, () => 'https://api.invalid/v1/channels/match.events.m-1/messages?after=0&limit=500'),
    );
    client.close();
  });

  it('asks for at most four channels at once after a connection', async () => {
    let most = 0;
    let under = 0;
    const channels = Array.from({ length: 20 }, (_, n) => [`match/events/m-${n}`, 3] as const);
    const { client } = await start({
      fetch: async () => {
        under += 1;
        most = Math.max(most, under);
        await new Promise((resolve) => setTimeout(resolve, 10));
        under -= 1;
        return nothing();
      },
    });
    client.subscribe('match/events/*', { after: new Map(channels), onMessage: () => {} });
    await newest().opens();
    newest().says({ type: 'subscribe_success', id: newest().sent.at(-1)?.id });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(most).toBe(4);
    client.close();
  });
});
