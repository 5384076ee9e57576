import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventStore, type EventStore, type Outcome } from '../../lambdas/enrichment/event-store.ts';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import type { Resilient } from '../../lambdas/shared/resilience/retry.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { quote, record, trade } from '../support/events.ts';
import { readTables } from '../support/tables.ts';
import { databaseOver, Tables } from './in-memory-store.ts';
import { occurredAtOf, priceOf, source, symbolOf } from './records.ts';

/** The store in memory is a model; here it meets PostgreSQL, so that it is not a wish. */
let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());

const once: Resilient = (attempt) => attempt(10_000);
const spans = source.windowSpans;

const spec = fc.record({ isTrade: fc.boolean(), key: fc.nat(7), content: fc.constantFrom(0, 0, 1, 2) });
const batches = fc.array(fc.array(spec, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 });

const eventOf = (
  { isTrade, key, content }: { isTrade: boolean; key: number; content: number },
  n: number,
): EnrichedEvent => {
  const header = { sourceEventId: `e${key}`, occurredAt: occurredAtOf(key, content) };
  const price = priceOf(key, content);
  const decoded = isTrade
    ? trade({ symbol: symbolOf(key, content), price }, header)
    : quote({ symbol: symbolOf(key, content), bid: price, ask: price }, header);
  const { position, arrivedAt } = record(n);
  const enrichment = source.enrichers[decoded.subject]?.(decoded);
  if (!enrichment) throw new Error(`no enricher of ${decoded.subject}`);
  return { ...enrichment, decoded, position, arrivedAt };
};

const names = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) => (outcome instanceof Error ? outcome.reason : outcome));

const time = (micros: number): Date => new Date(micros / 1000);

/** What `readTables` reads of PostgreSQL, of the tables in memory. */
const tablesInMemory = ({ events, windows, outbox }: Tables) => ({
  events: [...events.values()]
    .sort((a, b) => (a.sourceEventId < b.sourceEventId ? -1 : 1))
    .map((row) => ({
      source: row.source,
      source_event_id: row.sourceEventId,
      occurred_on: new Date(row.day * 86_400_000).toISOString().slice(0, 10),
      occurred_at: time(row.occurredAt),
      subject: row.subject,
      entity: row.entity,
      body: row.body,
      body_hash: row.bodyHash,
      stream: row.stream,
      shard: row.shard,
      sequence_number: row.sequenceNumber,
    })),
  windows: [...windows.values()]
    .sort((a, b) => (a.series < b.series ? -1 : a.series > b.series ? 1 : a.span - b.span || a.startsAt - b.startsAt))
    .map((row) => ({
      series: row.series,
      span_seconds: row.span,
      starts_at: time(row.startsAt),
      count: String(row.count),
      sum: String(row.sum),
      weight: String(row.weight),
      min: String(row.min),
      max: String(row.max),
      first: String(row.first.value),
      first_at: time(row.first.at),
      first_id: row.first.id,
      last: String(row.last.value),
      last_at: time(row.last.at),
      last_id: row.last.id,
    })),
  outbox: outbox
    .toSorted((a, b) =>
      a.channel < b.channel ? -1 : a.channel > b.channel ? 1 : a.sourceEventId < b.sourceEventId ? -1 : 1,
    )
    .map((row) => ({
      channel: row.channel,
      delivery: row.delivery,
      entity: row.entity,
      per_second: row.perSecond,
      expires_after_seconds: row.expiresAfterSeconds,
      source: row.source,
      source_event_id: row.sourceEventId,
      occurred_at: time(row.occurredAt),
      arrived_at: time(row.arrivedAt),
      priority: row.priority,
      payload: row.payload,
    })),
});

const play = async (store: EventStore, shape: readonly (readonly EnrichedEvent[])[]): Promise<string[][]> => {
  const outcomes: string[][] = [];
  for (const batch of shape) outcomes.push(names(await store.record(batch, once)));
  return outcomes;
};

describe('the store in memory', () => {
  it('answers as PostgreSQL does, and holds the same three tables, whatever batches come', async () => {
    const real = createEventStore(world.database(), 'market', spans);
    await fc.assert(
      fc.asyncProperty(batches, async (specs) => {
        await world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox');
        let n = 0;
        const shape = specs.map((batch) => batch.map((one) => eventOf(one, (n += 1))));
        // Every batch comes twice: redelivery is what the machine is about.
        const delivered = shape.flatMap((batch) => [batch, batch]);
        const tables = new Tables();
        const inMemory = createEventStore(databaseOver(tables), 'market', spans);
        expect(await play(inMemory, delivered)).toEqual(await play(real, delivered));
        expect(tablesInMemory(tables)).toEqual(await readTables(world.owner));
      }),
      { numRuns: 60 },
    );
  });
});
