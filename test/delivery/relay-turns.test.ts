import { describe, expect, it } from 'vitest';
import { relayChannels } from '../../lambdas/delivery/relay.ts';
import type { RelayPorts } from '../../lambdas/delivery/relay-ports.ts';
import { Clock } from './machine/clock.ts';
import { DeliveryTables, memoryStore, type Row } from './machine/tables.ts';

const beginning = Date.UTC(2026, 10, 21, 8);
const limits = { leaseMs: 15_000, mostPublishing: 64, mostReady: 128, mostHeld: 2_000, mostOfStatement: 100 } as const;

/** Relays on simulated time; a statement takes 5 ms, a publish 20. */
const setUp = () => {
  const clock = new Clock(beginning);
  const tables = new DeliveryTables();
  const { now } = clock;
  const after = async <T>(ms: number, happen: () => T | Promise<T>): Promise<T> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(ms, resolve);
    await promise;
    return happen();
  };
  let rows = 0;
  const add = (channel: string, delivery: 'each' | 'latest' = 'each', perSecond: number | null = null): void => {
    rows += 1;
    const event = {
      source: 'market',
      sourceEventId: `e${rows}`,
      entity: 'e',
      occurredAt: new Date(now()).toISOString().replace('Z', '000Z'),
      arrivedAt: new Date(now()).toISOString(),
      priority: 'normal',
      body: {},
    };
    const row: Row = { id: rows, channel, delivery, row: { event, perSecond, expiresAfterSeconds: null } };
    tables.rows.push(row);
  };
  const calls: { readonly channel: string; readonly at: number }[] = [];
  const wakes: { readonly channels: readonly string[]; readonly afterMs: number }[] = [];
  let holders = 0;
  const relay = (channels: readonly string[], onPublish: (channel: string) => void = () => {}, forMs = 24_000) => {
    const plain = memoryStore(tables, `r${(holders += 1)}`, limits.leaseMs, now, { each: 2, latest: 1_000 });
    const slow = Object.entries(plain).map(([name, method]) => [
      name,
      (...args: readonly unknown[]) => after(5, () => (method as (...all: readonly unknown[]) => unknown)(...args)),
    ]);
    const ports: RelayPorts = {
      store: Object.fromEntries(slow),
      publish: (channel, bodies) =>
        after(20, () => {
          calls.push({ channel, at: now() });
          onPublish(channel);
          return bodies.map(() => 'accepted' as const);
        }),
      park: async () => {},
      wake: (some, afterMs) => void wakes.push({ channels: some, afterMs }),
      now,
      pause: (ms) => {
        const { promise: over, resolve } = Promise.withResolvers<void>();
        clock.after(ms, resolve);
        return { over, end: resolve };
      },
    };
    return relayChannels(ports, { ...limits, deadline: now() + forMs, mostIdleMs: 250 }, channels);
  };
  const toTheEnd = async <T>(running: Promise<T>): Promise<T> => {
    let isOver = false;
    const ended = running.finally(() => (isOver = true));
    await clock.runUntil(() => isOver, now() + 600_000);
    return ended;
  };
  return { clock, add, relay, toTheEnd, calls, wakes, tables };
};

describe('channels in which more waits than can be published', () => {
  it('have their turns: each has a page before any has its third, and a quiet one does not wait for busy ones', async () => {
    const { add, relay, toTheEnd, calls } = setUp();
    const busy = Array.from({ length: 300 }, (_, n) => `a/busy${n}`);
    const more = (channel: string): void => {
      if (channel !== 'a/quiet') for (const _ of [1, 2, 3]) add(channel);
    };
    for (const channel of busy) more(channel);
    add('a/quiet');
    const result = await toTheEnd(relay([...busy, 'a/quiet'], more, 3_000));
    const counts = new Map<string, number>();
    for (const { channel } of calls) {
      counts.set(channel, (counts.get(channel) ?? 0) + 1);
      if (counts.get(channel) === 3) break;
    }
    expect(counts.size).toBe(301);
    // What was not served comes first in the next invocation.
    const after = calls.slice(-128).map(({ channel }) => channel);
    expect(result.left.slice(0, 50).filter((channel) => after.includes(channel))).toEqual([]);
    expect(new Set(result.left)).toEqual(new Set(busy));
  });
});

describe('an invocation that has nothing but latest channels whose moment is yet to come', () => {
  it('lets them go, to be woken then, and nobody takes them before', async () => {
    const { clock, add, relay, toTheEnd, calls, wakes } = setUp();
    add('q/x', 'latest', 1);
    await toTheEnd(relay(['q/x']));
    add('q/x', 'latest', 1);
    const startedAt = clock.now();
    await toTheEnd(relay(['q/x']));
    expect(clock.now() - startedAt).toBeLessThan(50);
    expect(wakes).toEqual([{ channels: ['q/x'], afterMs: 1_000 }]);
    add('q/x', 'latest', 1);
    await toTheEnd(relay(['q/x']));
    expect(wakes).toHaveLength(1);
    expect(calls).toHaveLength(1);
    clock.at(startedAt + 1_000, () => {});
    await clock.runUntil(() => clock.now() >= startedAt + 1_000, Infinity);
    await toTheEnd(relay(['q/x']));
    expect(calls).toHaveLength(2);
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it('waits for those that are soon, for a quarter of a second in all', async () => {
    const { clock, add, relay, toTheEnd, calls, wakes } = setUp();
    add('q/x', 'latest', 10);
    const more = (channel: string): void => add(channel, 'latest', 10);
    const startedAt = clock.now();
    await toTheEnd(relay(['q/x'], more));
    expect(calls.length).toBeGreaterThanOrEqual(3);
    expect(clock.now() - startedAt).toBeLessThan(600);
    expect(wakes).toEqual([{ channels: ['q/x'], afterMs: 1_000 }]);
    const apart = calls.slice(1).map(({ at }, n) => at - (calls[n]?.at ?? 0));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(100);
  });

  it('keeps them while it has other work, and sends them in time', async () => {
    const { add, relay, toTheEnd, calls, wakes } = setUp();
    add('q/x', 'latest', 1);
    await toTheEnd(relay(['q/x']));
    add('q/x', 'latest', 1);
    let left = 100;
    add('a/x');
    const more = (channel: string): void => {
      if (channel === 'a/x' && (left -= 1) > 0) add('a/x');
    };
    await toTheEnd(relay(['q/x', 'a/x'], more));
    const quotes = calls.filter(({ channel }) => channel === 'q/x');
    expect(quotes).toHaveLength(2);
    expect((quotes[1]?.at ?? 0) - (quotes[0]?.at ?? 0)).toBeLessThan(1_200);
    expect(wakes).toEqual([]);
  });
});

describe('quotes and goals', () => {
  it('share two relays: no goal waits until a quote’s moment has come, and no symbol is sent more than once a second', async () => {
    const { clock, add, relay, calls, wakes } = setUp();
    const queue: (readonly string[])[] = [];
    const waits: number[] = [];
    const cameAt = new Map<string, number>();
    let free = 2;
    const serve = (): void => {
      if (free === 0 || queue.length === 0) return;
      free -= 1;
      const names = new Set(queue.splice(0, 10).flat());
      const onPublish = (channel: string): void => {
        const since = cameAt.get(channel);
        if (since !== undefined) waits.push(clock.now() - since);
        cameAt.delete(channel);
      };
      void (async () => {
        const { left } = await relay([...names], onPublish);
        free += 1;
        send(left, 0);
        serve();
      })();
    };
    const send = (channels: readonly string[], afterMs: number): void => {
      if (channels.length === 0) return;
      clock.after(afterMs, () => {
        queue.push(channels);
        serve();
        for (const wake of wakes.splice(0)) send(wake.channels, wake.afterMs);
      });
    };
    const symbols = Array.from({ length: 30 }, (_, n) => `q/${n}`);
    for (let tick = 0; tick < 250; tick += 1)
      clock.after(tick * 80, () => {
        // A third of the symbols each time; now and then somebody scores.
        const some = symbols.filter((_, n) => (n + tick) % 3 === 0);
        for (const channel of some) add(channel, 'latest', 1);
        send(some, 0);
        if (tick % 7 !== 0) return;
        const goal = `goals/${tick}`;
        add(goal);
        cameAt.set(goal, clock.now());
        send([goal], 0);
      });
    await clock.runUntil(() => clock.now() > beginning + 22_000, Infinity);
    waits.sort((a, b) => a - b);
    expect(waits).toHaveLength(36);
    expect(waits[Math.floor(waits.length * 0.95)]).toBeLessThan(250);
    for (const symbol of symbols) {
      const times = calls.filter(({ channel }) => channel === symbol).map(({ at }) => at);
      const apart = times.slice(1).map((at, n) => at - (times[n] ?? 0));
      expect(times.length).toBeGreaterThanOrEqual(15);
      expect(Math.min(...apart)).toBeGreaterThanOrEqual(1_000);
    }
  });
});
