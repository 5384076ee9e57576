import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventStore, type EventStore } from '../../lambdas/enrichment/event-store.ts';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { enrichedQuote, morning } from '../support/events.ts';
import { readTables } from '../support/tables.ts';

let world: TestDatabase;
let store: EventStore;

beforeAll(async () => {
  world = await createTestDatabase();
  store = createEventStore(world.database(), 'market', [2, 300]);
});
afterAll(() => world.drop());

/** Events with prices that doubles cannot add exactly, spread over several windows, days and symbols. */
const event = fc.record({
  id: fc.integer({ min: 0, max: 30 }),
  symbol: fc.constantFrom('EUR/USD', 'BTC/USD'),
  bid: fc.double({ min: 0.000001, max: 100_000, noNaN: true }),
  at: fc.integer({ min: -3_000, max: 600_000 }),
});

/** The content follows from the id: conflicts are apart (event-store.db.test.ts). */
const distinct = fc.uniqueArray(event, { selector: ({ id }) => id, minLength: 1, maxLength: 12 });

const toEvent = (
  { id, symbol, bid, at }: { id: number; symbol: string; bid: number; at: number },
  n: number,
): EnrichedEvent =>
  enrichedQuote(n, { symbol, bid, ask: bid }, { sourceEventId: `q${id}`, occurredAt: morning + at * 1000 });

const run = async (batches: readonly (readonly EnrichedEvent[])[]) => {
  await world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox');
  for (const batch of batches) await store.record(batch, (attempt) => attempt(10_000));
  const { events, windows } = await readTables(world.owner);
  // Which of several copies was stored depends on the order; that one was does not.
  return { events: events.map((row) => ({ ...row, sequence_number: undefined })), windows };
};

describe('the statement', () => {
  it('fills the same tables from any order, any doubling and any split into batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        distinct.chain((events) =>
          fc.record({
            events: fc.constant(events),
            // Every event at least once, in any order, with any of them again.
            delivered: fc.array(fc.nat(events.length - 1), { maxLength: 12 }).chain((again) => {
              const indexes = [...events.keys(), ...again];
              return fc
                .shuffledSubarray([...indexes.keys()], { minLength: indexes.length })
                .map((order) => order.map((at) => indexes[at]!));
            }),
            cuts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 24 }),
          }),
        ),
        async ({ events, delivered, cuts }) => {
          const plain = await run([events.map(toEvent)]);
          const stream = delivered.map((index, n) => toEvent(events[index]!, n));
          const batches: EnrichedEvent[][] = [];
          for (let at = 0, cut = 0; at < stream.length; cut += 1) {
            const size = cuts[cut % cuts.length]!;
            batches.push(stream.slice(at, at + size));
            at += size;
          }
          expect(await run(batches)).toEqual(plain);
        },
      ),
      { numRuns: 60 },
    );
  });
});
