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
