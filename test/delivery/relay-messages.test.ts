import type { Context, SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { pause } from '../../lambdas/delivery/pause.ts';
import { relayMessages, type RelayDependencies } from '../../lambdas/delivery/relay-messages.ts';
import { sweepChannels } from '../../lambdas/delivery/sweep-channels.ts';
import { MisconfiguredError, UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import { DeliveryTables, memoryStore, type Row } from './machine/tables.ts';

const context = { functionName: 'relay', getRemainingTimeInMillis: () => 30_000 } as Context;
const wakes = (...bodies: readonly string[]) =>
  ({ Records: bodies.map((body, n) => ({ messageId: `m${n}`, body })) }) as unknown as SQSEvent;

const counting = () => {
  const counts = new Map<string, number>();
  const lines: string[] = [];
  const add = (name: string, value: number): void => void counts.set(name, (counts.get(name) ?? 0) + value);
  return {
    counts,
    lines,
    telemetry: {
      count: add,
      countByReason: (metric: string, reason: string, value: number) => add(`${metric} ${reason}`, value),
      duration: () => {},
      info: (message: string) => void lines.push(message),
      warn: (message: string) => void lines.push(message),
      error: (message: string) => void lines.push(message),
      publish: () => add('printed', 1),
    },
  };
};

const rowOf = (id: number, channel: string): Row => ({
  id,
  channel,
  delivery: 'each',
  row: {
    event: {
      source: 'market',
      sourceEventId: `e${id}`,
      entity: 'e',
      occurredAt: '2026-11-21T08:00:00.000000Z',
      arrivedAt: '2026-11-21T08:00:00.000Z',
      priority: 'normal',
      body: {},
    },
    perSecond: null,
    expiresAfterSeconds: null,
  },
});

const setUp = (changes: Partial<RelayDependencies> = {}) => {
  const tables = new DeliveryTables();
  const add = (id: number, channel: string): void => void tables.rows.push(rowOf(id, channel));
  const { telemetry, counts, lines } = counting();
  const woken: [readonly string[], number | undefined][] = [];
  const published: string[] = [];
  const handler = relayMessages({
    storeFor: (holder) => memoryStore(tables, holder, 15_000, Date.now, { each: 50, latest: 50 }),
    publish: async (channel, bodies) => {
      published.push(...bodies.map(() => channel));
      return bodies.map(() => 'accepted' as const);
    },
    park: async () => {},
    wake: async (channels, delay) => {
      if ([...channels].length > 0) woken.push([[...channels], delay]);
    },
    leaseMs: 15_000,
    telemetry,
    now: Date.now,
    pause,
    ...changes,
  });
  return { handler, add, tables, counts, lines, woken, published };
};

describe('a batch of wakes', () => {
  it('is done when all its channels are, each once', async () => {
    const { handler, add, counts, published, woken } = setUp();
    for (const [id, channel] of [
      [1, 'a/x'],
      [2, 'a/y'],
      [3, 'a/x'],
    ] as const)
      add(id, channel);
    const answer = await handler(wakes('{"channels":["a/x","a/y"]}', '{"channels":["a/x","a/z"]}'), context);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(published.toSorted()).toEqual(['a/x', 'a/x', 'a/y']);
    expect(counts.get('Published')).toBe(3);
    expect(counts.get('printed')).toBe(1);
    expect(woken).toEqual([]);
  });

  it('answers the wake that cannot be read as failed, and does the others', async () => {
    const { handler, add, counts } = setUp();
    add(1, 'a/x');
    expect(await handler(wakes('no wake', '{"channels":["a/x"]}'), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(counts.get('Published')).toBe(1);
    expect(counts.get('WakesFailed unexpected')).toBe(1);
  });

  it('comes again, all of it, where the database does not answer', async () => {
    const gone = new MisconfiguredError('store', 'no such table');
    const { handler, counts } = setUp({
      storeFor: () => ({
        ...memoryStore(new DeliveryTables(), 'r', 1, Date.now, { each: 1, latest: 1 }),
        take: () => Promise.reject(gone),
      }),
    });
    expect(await handler(wakes('{"channels":["a/x"]}', '{"channels":["a/y"]}'), context)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }],
    });
    expect(counts.get('PublishFailed store')).toBe(1);
  });

  it('puts a channel off when AppSync does not take its messages, and wakes it later', async () => {
    const { handler, add, counts, woken, lines } = setUp({
      publish: () => Promise.reject(new UnavailableError('events', 'away')),
    });
    add(1, 'a/x');
    expect(await handler(wakes('{"channels":["a/x"]}'), context)).toEqual({ batchItemFailures: [] });
    expect(woken).toEqual([[['a/x'], 5]]);
    expect(counts.get('PublishFailed events')).toBe(1);
    expect(counts.get('Retries events')).toBe(3);
    expect(lines).toEqual(['channels put off']);
  });

  it('leaves a channel to the sweep where AppSync refuses us', async () => {
    const { handler, add, tables, woken, counts } = setUp({
      publish: () => Promise.reject(new MisconfiguredError('events', 'no rights')),
    });
    add(1, 'a/x');
    await handler(wakes('{"channels":["a/x"]}'), context);
    expect(woken).toEqual([]);
    expect(counts.get('PublishFailed events')).toBe(1);
    expect(tables.channels.get('a/x')?.retryAt).toBeGreaterThan(Date.now() + 20_000);
  });

  it('wakes at once what it has no time for, and says so where that fails', async () => {
    const { handler, add, woken } = setUp();
    add(1, 'a/x');
    const inAHurry = { ...context, getRemainingTimeInMillis: () => 5_000 };
    await handler(wakes('{"channels":["a/x"]}'), inAHurry);
    expect(woken).toEqual([[['a/x'], 0]]);
    const failing = setUp({ wake: () => Promise.reject(new UnavailableError('wake-queue', 'away')) });
    await failing.handler(wakes('{"channels":["a/x"]}'), inAHurry);
    expect(failing.counts.get('WakesFailed wake-queue')).toBeGreaterThan(0);
  });

  it('takes an error that is none of ours for one of its channel, and does the others', async () => {
    const { handler, add, counts, tables } = setUp({
      publish: async (channel, bodies) => {
        if (channel === 'a/x') throw new TypeError('a bug');
        return bodies.map(() => 'accepted' as const);
      },
    });
    add(1, 'a/x');
    add(2, 'a/y');
    expect(await handler(wakes('{"channels":["a/x","a/y"]}'), context)).toEqual({ batchItemFailures: [] });
    expect(counts.get('PublishFailed unexpected')).toBe(1);
    expect(counts.get('Published')).toBe(1);
    expect(tables.channels.get('a/x')?.retryAt).toBeGreaterThan(Date.now() + 20_000);
  });

  it('leaves no lease where the database refuses what it needs', async () => {
    const tables = new DeliveryTables();
    const { handler } = setUp({
      storeFor: (holder) => ({
        ...memoryStore(tables, holder, 15_000, Date.now, { each: 1, latest: 1 }),
        read: () => Promise.reject(new MisconfiguredError('store', 'no such table')),
      }),
    });
    tables.rows.push(rowOf(1, 'a/x'));
    await handler(wakes('{"channels":["a/x"]}'), context);
    expect([...tables.channels.values()].map(({ lease }) => lease)).toEqual([undefined]);
  });
});

describe('a sweep', () => {
  it('wakes what waits, and says how much', async () => {
    const { telemetry, counts } = counting();
    const woken: string[] = [];
    const store = { findUnsent: async () => ({ channels: ['a/x', 'b/x'], unsent: 7, oldestSeconds: 12.5 }) };
    const wake = async (channels: Iterable<string>): Promise<void> => void woken.push(...channels);
    expect(await sweepChannels({ store, wake, telemetry })()).toEqual({ woken: 2 });
    expect(woken).toEqual(['a/x', 'b/x']);
    expect([...counts]).toEqual([
      ['Unsent', 7],
      ['OldestUnsent', 12.5],
      ['printed', 1],
    ]);
  });

  it('fails where it cannot wake, and has said what waits all the same', async () => {
    const { telemetry, counts } = counting();
    const store = { findUnsent: async () => ({ channels: ['a/x'], unsent: 1, oldestSeconds: 1 }) };
    const wake = () => Promise.reject(new UnavailableError('wake-queue', 'away'));
    await expect(sweepChannels({ store, wake, telemetry })()).rejects.toThrow('away');
    expect(counts.get('printed')).toBe(1);
  });
});
