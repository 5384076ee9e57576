import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createClient, type Client } from '../../../console/client/create-client.ts';
import type { PublishedMessage } from '../../../lambdas/shared/delivery/message.ts';
import { startDeliveredWorld } from './support/delivered-world.ts';

let world: Awaited<ReturnType<typeof startDeliveredWorld>>;
beforeAll(async () => {
  world = await startDeliveredWorld();
});
afterAll(() => world.stop());

const clients: Client[] = [];
afterEach(() => clients.splice(0).forEach((client) => client.close()));

const connect = (over: { token?: () => Promise<string>; states?: string[] } = {}) => {
  const client = createClient({
    realtimeUrl: world.realtimeUrl,
    host: world.host,
    apiUrl: world.apiUrl,
    token: over.token ?? (() => world.mint()),
    onState: (state) => over.states?.push(state),
  });
  clients.push(client);
  return client;
};

const cutMs = 3_000;
/** Every so manieth is not sent on: delivery over AppSync is a best effort. */
const lostOf = 17;

describe('a client that is cut off while messages go on', () => {
  it('resumes with nothing missing and nothing twice', async () => {
    const [each, latest] = ['open/events/m-1', 'open/positions/m-1'];
    const handed: PublishedMessage[] = [];
    const view = new Map<string, unknown>();
    const gaps: unknown[] = [];
    const states: string[] = [];
    const client = connect({ states });
    const onGap = (gap: unknown): void => void gaps.push(gap);
    const events = client.subscribe('open/events/*', { after: 0, onMessage: (message) => handed.push(message), onGap });
    const positions = client.subscribe(latest, {
      after: 0,
      onMessage: (message) => message.events.forEach(({ entity, body }) => view.set(entity, body['number'])),
      onSnapshot: (_, snapshot) => snapshot.events.forEach(({ entity, body }) => view.set(entity, body['number'])),
      onGap,
    });
    const ending = new AbortController();
    const publishing = (async () => {
      for (let n = 1; !ending.signal.aborted; n += 1) {
        await world.send(each, 'each', ['m-1'], n % lostOf === 0);
        await world.send(latest, 'latest', [`player-${n % 22}`], n % lostOf === 0);
        await sleep(10);
      }
    })();
    await vi.waitFor(() => expect(handed.length).toBeGreaterThan(50), { timeout: 10_000 });
    await Promise.all(world.gates.map((gate) => gate.cut()));
    const before = handed.length;
    await sleep(cutMs);
    expect(handed.length).toBe(before);
    await Promise.all(world.gates.map((gate) => gate.mend()));
    await vi.waitFor(() => expect(handed.length).toBeGreaterThan(before + 50), { timeout: 30_000 });
    ending.abort();
    await publishing;
    // Only what follows shows at once that the last one was lost.
    await world.send(each, 'each', ['m-1'], false);
    await world.send(latest, 'latest', ['player-0'], false);
    await vi.waitFor(
      () => {
        expect(events.numbers().get(each)).toBe(world.sent(each).length);
        expect(positions.numbers().get(latest)).toBe(world.sent(latest).length);
      },
      { timeout: 20_000 },
    );
    expect(handed.map((message) => JSON.stringify(message))).toEqual(world.sent(each));
    const newest = world
      .sent(latest)
      .flatMap((body) => (JSON.parse(body) as PublishedMessage).events)
      .map(({ entity, body }) => [entity, body['number']] as const);
    expect(view).toEqual(new Map(newest));
    expect([gaps, world.complaints]).toEqual([[], []]);
    expect(states.filter((state) => state === 'open').length).toBeGreaterThan(1);
  }, 60_000);
});

const soon = { timeout: 15_000 };

describe('a client whose messages have been deleted meanwhile', () => {
  it('is told the gap, and goes on with the oldest that is there', async () => {
    const channel = 'open/events/deleted';
    for (let n = 1; n <= 8; n += 1) await world.send(channel, 'each', ['m-1'], true);
    await world.owner.query('DELETE FROM millrace.messages WHERE channel = $1 AND number < 6', [channel]);
    await world.owner.query('UPDATE millrace.channels SET oldest_number = 6 WHERE channel = $1', [channel]);
    const told: unknown[] = [];
    connect().subscribe(channel, {
      after: 2,
      onMessage: ({ number }) => told.push(number),
      onGap: (gap) => told.push(gap),
    });
    await vi.waitFor(() => expect(told).toHaveLength(4), soon);
    expect(told).toEqual([{ channel, from: 3, to: 5, reason: 'deleted' }, 6, 7, 8]);
  });
});

describe('a client that goes on where another ended', () => {
  it('has by its numbers what came after them', async () => {
    const channel = 'open/events/handed-on';
    for (let n = 1; n <= 3; n += 1) await world.send(channel, 'each', ['m-1'], true);
    const first = connect().subscribe(channel, { after: 0, onMessage: () => {} });
    await vi.waitFor(() => expect(first.numbers().get(channel)).toBe(3), soon);
    await world.send(channel, 'each', ['m-1'], false);
    await vi.waitFor(() => expect(first.numbers().get(channel)).toBe(4), soon);
    first.close();
    await world.send(channel, 'each', ['m-1'], false);
    const told: number[] = [];
    connect().subscribe('open/events/*', { after: first.numbers(), onMessage: ({ number }) => told.push(number) });
    await vi.waitFor(() => expect(told).toEqual([5]), soon);
  });

  it('of a channel of the latest has the snapshot as a message, where it asks for nothing else', async () => {
    const channel = 'open/positions/handed-on';
    for (const entity of ['ann', 'bob', 'ann']) await world.send(channel, 'latest', [entity], true);
    const told: PublishedMessage[] = [];
    connect().subscribe(channel, { after: 0, onMessage: (message) => told.push(message) });
    await vi.waitFor(() => expect(told).toHaveLength(1), soon);
    expect(told[0]).toMatchObject({ channel, number: 3, delivery: 'latest' });
    expect(told[0]?.events.map(({ entity, body }) => [entity, body['number']])).toEqual([
      ['bob', 2],
      ['ann', 3],
    ]);
  });
});

describe('a token', () => {
  it('that is refused is not used again: the next one lets the client in', async () => {
    const channel = 'open/events/token';
    await world.send(channel, 'each', ['m-1'], true);
    const wishes = [{ expiresInSeconds: -60 }, { audience: 'somebody-else' }];
    const told: number[] = [];
    const errors: string[] = [];
    const client = connect({ token: () => world.mint(wishes.shift()) });
    client.subscribe(channel, {
      after: 0,
      onMessage: ({ number }) => told.push(number),
      onError: ({ message }) => errors.push(message),
    });
    await vi.waitFor(() => expect(told).toEqual([1]), soon);
    expect(wishes).toEqual([]);
  });
});

describe('a subscription', () => {
  it('to a namespace that there is not is refused for good, and the others go on', async () => {
    const channel = 'open/events/beside';
    const errors: string[] = [];
    const told: number[] = [];
    const states: string[] = [];
    const client = connect({ states });
    client.subscribe('nowhere/events/*', { onMessage: () => {}, onError: ({ message }) => errors.push(message) });
    const beside = client.subscribe(channel, { onMessage: ({ number }) => told.push(number) });
    await vi.waitFor(() => expect(errors).toHaveLength(1), soon);
    expect(errors[0]).toMatch(/^nowhere\/events\/\*: the subscription was refused: /);
    await vi.waitFor(() => expect(beside.numbers().get(channel)).toBe(0), soon);
    await world.send(channel, 'each', ['m-1'], false);
    await vi.waitFor(() => expect(told).toEqual([1]), soon);
    expect(states).toEqual(['connecting', 'open']);
  });
});
