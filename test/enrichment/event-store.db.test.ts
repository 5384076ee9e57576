import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEventStore, type EventStore, type Outcome } from '../../lambdas/enrichment/event-store.ts';
import { PlatformError } from '../../lambdas/shared/errors/platform-error.ts';
import type { Resilient } from '../../lambdas/shared/resilience/retry.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { enrichedQuote, morning } from '../support/events.ts';
import { readTables } from '../support/tables.ts';

const once: Resilient = (attempt) => attempt(10_000);
const names = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) => (outcome instanceof PlatformError ? outcome.reason : outcome));

let world: TestDatabase;
let store: EventStore;

beforeAll(async () => {
  world = await createTestDatabase();
  store = createEventStore(world.database(), 'market', [2, 300]);
});
afterAll(() => world.drop());
beforeEach(() => world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox'));

describe('recording a batch', () => {
  it('stores each event with its position, and answers so', async () => {
    const events = [enrichedQuote(1, {}, { sourceEventId: 'b' }), enrichedQuote(2, {}, { sourceEventId: 'a' })];
    expect(names(await store.record(events, once))).toEqual(['stored', 'stored']);
    const { events: rows } = await readTables(world.owner);
    expect(rows).toMatchObject([
      { source_event_id: 'a', sequence_number: '1002', shard: 'shardId-000000000000', entity: 'EUR/USD' },
      { source_event_id: 'b', sequence_number: '1001', stream: 'millrace-test-market' },
    ]);
  });

  it('does nothing for an empty batch', async () => {
    expect(await store.record([], once)).toEqual([]);
  });

  it('changes no table when it is delivered again', async () => {
    const events = [1, 2, 3].map((n) => enrichedQuote(n, { bid: 1 + n / 100 }, { sourceEventId: `q${n}` }));
    await store.record(events, once);
    const before = await readTables(world.owner);
    expect(names(await store.record(events, once))).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect(await readTables(world.owner)).toEqual(before);
  });

  it('takes a resend at another position as a duplicate, also a millisecond later in its clock', async () => {
    await store.record([enrichedQuote(1)], once);
    const resend = enrichedQuote(2, {}, { occurredAt: morning + 1000 });
    expect(names(await store.record([resend], once))).toEqual(['duplicate']);
    expect((await readTables(world.owner)).events).toMatchObject([{ sequence_number: '1001' }]);
  });

  it('takes the same key with other content as a conflict: the first stays', async () => {
    await store.record([enrichedQuote(1, { bid: 1.1 })], once);
    const before = await readTables(world.owner);
    expect(names(await store.record([enrichedQuote(2, { bid: 1.15 })], once))).toEqual(['conflict']);
    expect(await readTables(world.owner)).toEqual(before);
  });

  it('keeps the lowest sequence number of doubles in a batch', async () => {
    const events = [enrichedQuote(12), enrichedQuote(9), enrichedQuote(10, { bid: 1.15 })];
    expect(names(await store.record(events, once))).toEqual(['duplicate', 'stored', 'conflict']);
    expect((await readTables(world.owner)).events).toMatchObject([{ sequence_number: '1009' }]);
  });

  it('makes the partition of a day it has not seen', async () => {
    const occurredAt = Date.UTC(1999, 11, 31, 23, 59, 59, 999) * 1000;
    expect(names(await store.record([enrichedQuote(1, {}, { occurredAt })], once))).toEqual(['stored']);
    const { rows } = await world.owner.query(`SELECT to_regclass('millrace.events_19991231') IS NOT NULL AS made`);
    expect(rows).toEqual([{ made: true }]);
  });
});

describe('a partition that is gone', () => {
  it('is made again, and no event is refused for it', async () => {
    const occurredAt = Date.UTC(2001, 4, 5) * 1000;
    await store.record([enrichedQuote(1, {}, { occurredAt, sourceEventId: 'before' })], once);
    await world.owner.query('DROP TABLE millrace.events_20010505');
    const events = [2, 3].map((n) => enrichedQuote(n, {}, { occurredAt, sourceEventId: `q${n}` }));
    expect(names(await store.record(events, once))).toEqual(['stored', 'stored']);
  });
});

describe('windows', () => {
  it('hold count, sum, weight, least, most, first and last of event time, exactly', async () => {
    const at = [1500, 200, 1900, 2100].map((milliseconds) => morning + milliseconds * 1000);
    const mids = [1.1, 1.3, 1.2, 1.4];
    const events = mids.map((mid, n) =>
      enrichedQuote(n, { bid: mid, ask: mid }, { sourceEventId: `q${n}`, occurredAt: at[n]! }),
    );
    await store.record(events.slice(0, 1), once);
    await store.record(events.slice(1), once);
    const { windows } = await readTables(world.owner);
    const start = new Date(morning / 1000);
    expect(windows).toMatchObject([
      {
        span_seconds: 2,
        starts_at: start,
        count: '3',
        sum: '3.6',
        weight: '3',
        min: '1.1',
        max: '1.3',
        first: '1.3',
        last: '1.2',
      },
      {
        span_seconds: 2,
        starts_at: new Date(start.getTime() + 2000),
        count: '1',
        sum: '1.4',
        first: '1.4',
        last: '1.4',
      },
      {
        span_seconds: 300,
        starts_at: start,
        count: '4',
        sum: '5',
        weight: '4',
        min: '1.1',
        max: '1.4',
        first: '1.3',
        last: '1.4',
      },
    ]);
  });

  it('keep every digit of a price', async () => {
    const mid = 1.1234567890123457;
    await store.record([enrichedQuote(1, { bid: mid, ask: mid })], once);
    const { windows } = await readTables(world.owner);
    expect(windows[0]).toMatchObject({ sum: String(mid), min: String(mid), first: String(mid) });
  });

  it('break ties of time by id, bytes as PostgreSQL orders them', async () => {
    const ids = ['\u{1F600}', '\uFFFD', 'a'];
    for (const [n, id] of ids.entries()) {
      await store.record([enrichedQuote(n, { bid: 1 + n, ask: 1 + n }, { sourceEventId: id })], once);
    }
    const apart = await readTables(world.owner);
    await world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox');
    await store.record(
      ids.map((id, n) => enrichedQuote(n, { bid: 1 + n, ask: 1 + n }, { sourceEventId: id })),
      once,
    );
    const together = await readTables(world.owner);
    expect(together.windows).toEqual(apart.windows);
    expect(together.windows[0]).toMatchObject({ first_id: 'a', last_id: '\u{1F600}' });
  });
});

describe('the outbox', () => {
  it('gets the newest of an entity where the latest is wanted, and every one where each is', async () => {
    const quotes = [1, 2, 3].map((n) =>
      enrichedQuote(n, { bid: 1 + n / 100 }, { sourceEventId: `q${n}`, occurredAt: morning + (4 - n) * 1000 }),
    );
    const goals = [4, 5].map((n) => ({
      ...enrichedQuote(n, {}, { sourceEventId: `q${n}` }),
      message: { channel: 'match/m1', delivery: 'each' as const, expiresAfterSeconds: n * 10 },
    }));
    const other = enrichedQuote(7, { symbol: 'USD/JPY' }, { sourceEventId: 'q7' });
    const inOneChannel = [8, 9].map((n) => ({
      ...enrichedQuote(n, { symbol: `S${n}` }, { sourceEventId: `q${n}` }),
      message: { channel: 'match/positions/m1', delivery: 'latest' as const, perSecond: 5 },
    }));
    const silent = { ...enrichedQuote(6, {}, { sourceEventId: 'q6' }), message: undefined };
    await store.record([...quotes, ...goals, silent, other, ...inOneChannel] as never, once);
    const { outbox } = await readTables(world.owner);
    expect(
      outbox
        .map(({ channel, source_event_id, entity, per_second, expires_after_seconds: expiry }) => [
          channel,
          source_event_id,
          entity,
          per_second,
          expiry,
        ])
        .sort(([, a], [, b]) => (String(a) < String(b) ? -1 : 1)),
    ).toEqual([
      ['market/quotes/EUR--USD', 'q1', 'EUR/USD', 1, 300],
      ['match/m1', 'q4', 'EUR/USD', null, 40],
      ['match/m1', 'q5', 'EUR/USD', null, 50],
      ['market/quotes/USD--JPY', 'q7', 'USD/JPY', 1, 300],
      ['match/positions/m1', 'q8', 'S8', 5, null],
      ['match/positions/m1', 'q9', 'S9', 5, null],
    ]);
    expect(outbox.find(({ source_event_id }) => source_event_id === 'q1')?.['payload']).toMatchObject({
      symbol: 'EUR/USD',
      bid: 1.01,
    });
  });
});

describe('the latest message of a channel', () => {
  it('is of an event that was stored, also where the newest of the batch was not', async () => {
    await store.record([enrichedQuote(1, { ask: 1.5 }, { sourceEventId: 'taken' })], once);
    await world.owner.query('TRUNCATE millrace.outbox');
    const conflict = enrichedQuote(2, { ask: 1.6 }, { sourceEventId: 'taken', occurredAt: morning + 9_000_000 });
    const older = enrichedQuote(3, {}, { sourceEventId: 'older', occurredAt: morning + 1_000_000 });
    expect(names(await store.record([conflict, older], once))).toEqual(['conflict', 'stored']);
    const { outbox } = await readTables(world.owner);
    expect(outbox).toMatchObject([{ source_event_id: 'older' }]);
  });
});

describe('a value that PostgreSQL cannot hold', () => {
  it('is refused alone: its neighbours are stored', async () => {
    const events = Array.from({ length: 20 }, (_, n) =>
      enrichedQuote(n, { symbol: n === 13 ? 'E\u0000R' : 'EUR/USD' }, { sourceEventId: `q${n}` }),
    );
    const outcomes = names(await store.record(events, once));
    expect(outcomes[13]).toBe('refused-by-store');
    expect(outcomes.filter((outcome) => outcome === 'stored').length).toBe(19);
    expect((await readTables(world.owner)).events.length).toBe(19);
  });

  it('does not take its double with it', async () => {
    const events = [enrichedQuote(1, { symbol: 'cut \ud83d' }), enrichedQuote(2), enrichedQuote(3)];
    expect(names(await store.record(events, once))).toEqual(['refused-by-store', 'stored', 'duplicate']);
  });
});

describe('four lanes with the same 500 events in four orders', () => {
  it('do not deadlock, and store each once', async () => {
    const events = Array.from({ length: 500 }, (_, n) =>
      enrichedQuote(n, { symbol: `S${n % 20}/USD` }, { sourceEventId: `q${(n * 7919) % 500}` }),
    );
    const orders = [
      events,
      events.toReversed(),
      [...events.slice(250), ...events.slice(0, 250)],
      events.toSorted(() => 0.5),
    ];
    const lanes = orders.map(() => createEventStore(world.database(), 'market', [2, 300]));
    for (let round = 0; round < 5; round += 1) {
      await world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox');
      const outcomes = await Promise.all(lanes.map((lane, n) => lane.record(orders[n]!, once)));
      const stored = outcomes.flat().filter((outcome) => outcome === 'stored').length;
      const duplicates = outcomes.flat().filter((outcome) => outcome === 'duplicate').length;
      expect([stored, duplicates]).toEqual([500, 1500]);
      const { rows } = await world.owner.query(
        'SELECT sum(count)::int AS n FROM millrace.windows GROUP BY span_seconds',
      );
      expect(rows).toEqual([{ n: 500 }, { n: 500 }]);
    }
  });
});
