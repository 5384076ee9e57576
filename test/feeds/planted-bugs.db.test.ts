import type { Context, KinesisStreamEvent } from 'aws-lambda';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../feeds/account/account.ts';
import { createIdentify } from '../../feeds/account/identify.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { createStoredRowsReader } from '../../feeds/readers/stored-rows.ts';
import { enrichEvents } from '../../lambdas/enrichment/enrich-events.ts';
import { createEventStore, type EventStore } from '../../lambdas/enrichment/event-store.ts';
import { source as market } from '../../lambdas/enrichment/sources/market.ts';
import { readKinesisEvent } from '../../lambdas/shared/batch/kinesis.ts';
import type { Database } from '../../lambdas/shared/database/connection.ts';
import { createDecoder } from '../../lambdas/shared/serde/decoder.ts';
import { createEncoder } from '../../lambdas/shared/serde/encoder.ts';
import { parseSchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';
import { noControls } from '../support/controls.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { morning } from '../support/events.ts';
import { emptyRegistry } from './support/empty-registry.ts';

/**
 * A test of the account, not of the handler: bugs are planted into the real handler on a real PostgreSQL, and the
 * account, which reads nothing but the stream and the table, has to turn red.
 */
const schemaIds = parseSchemaIds('market-quote:1=6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a01');
const encoder = createEncoder({ schemaIds });
const context = { getRemainingTimeInMillis: () => 20_000 } as Context;

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());
beforeEach(() => world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox'));

/** A stream of twenty quotes, five of which the producer sent twice. */
const batch = (): KinesisStreamEvent => {
  const ids = [...Array.from({ length: 20 }, (_, n) => n), 3, 7, 11, 15, 19];
  return {
    Records: ids.map((id, n) => ({
      eventID: `shardId-000000000000:${n + 100}`,
      eventSourceARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/market',
      kinesis: {
        sequenceNumber: String(n + 100),
        approximateArrivalTimestamp: morning / 1_000_000,
        data: encoder
          .encode(
            'market-quote',
            {
              header: { source: 'market', sourceEventId: `q${id}`, occurredAt: morning },
              symbol: 'A',
              bid: 1 + id,
              ask: 99,
            },
            { compression: 'none' },
          )
          .toString('base64'),
      },
    })),
  } as unknown as KinesisStreamEvent;
};

const run = async (event: KinesisStreamEvent, events: EventStore): Promise<void> => {
  const handler = enrichEvents({
    source: market,
    rules: { source: 'market', maxFutureSeconds: 60, horizonDays: undefined },
    decoder: createDecoder({
      subjects: ['market-quote'],
      schemaIds,
      registry: { find: () => Promise.resolve({ status: 'unknown' }) },
      maxRecordBytes: 10_000,
      maxInflatedBytes: 10_000,
      now: Date.now,
    }),
    events,
    entityState: { project: async (projected) => projected.map(() => undefined) },
    parked: { park: async (rejects) => rejects.map(() => undefined) },
    telemetry: { count() {}, countByReason() {}, duration() {}, info() {}, warn() {}, error() {}, publish() {} },
    ...noControls(),
    now: Date.now,
  });
  expect(await handler(event, context)).toEqual({ batchItemFailures: [] });
};

const accountOf = (event: KinesisStreamEvent): Promise<Account> =>
  takeAccount({
    readStreams: async function* () {
      const records = readKinesisEvent(event).map(({ position, bytes, arrivedAt }) => ({
        sequenceNumber: position.sequenceNumber,
        bytes,
        arrivedAt,
      }));
      yield { source: 'market', stream: 'market', shard: 'shardId-000000000000', keepsFrom: 0, records };
    },
    readStored: createStoredRowsReader(async () => {
      const client = new pg.Client(await world.config('enrichment_market'));
      await client.connect();
      return client;
    }),
    readDeadLetters: async function* () {},
    readHeld: async function* () {},
    identify: createIdentify(schemaIds, emptyRegistry),
  });

describe('the account of the handler as it is', () => {
  it('balances, also when the batch is delivered twice', async () => {
    const event = batch();
    const store = createEventStore(world.database(), 'market', market.windowSpans);
    await run(event, store);
    await run(event, store);
    const account = await accountOf(event);
    expect(account.balances).toBe(true);
    expect(account.sources[0]?.classes).toMatchObject({ stored: 20, duplicate: 5, lost: 0 });
  });
});

describe('a planted bug turns the account red', () => {
  it('when the handler skips a record and answers that all is done', async () => {
    const event = batch();
    const store = createEventStore(world.database(), 'market', market.windowSpans);
    const skipping: EventStore = {
      record: async ([first, ...rest], resilient) => [
        ...(first ? ['stored' as const] : []),
        ...(await store.record(rest, resilient)),
      ],
    };
    await run(event, skipping);
    const account = await accountOf(event);
    expect(account.balances).toBe(false);
    expect(account.sources[0]?.faults).toEqual({ lost: 1 });
    expect(account.examples).toEqual([{ source: 'market', kind: 'lost', position: 'market/shardId-000000000000/100' }]);
  });

  it('when the dedupe is skipped', async () => {
    const event = batch();
    const real = world.database();
    // Without its primary key the table takes a resend, as a statement without its conflict clause would write it.
    await world.owner.query('ALTER TABLE millrace.events DROP CONSTRAINT events_pkey');
    const undeduped: Database = {
      ...real,
      query: (text, values, timeoutMs) => real.query(text.replace('ON CONFLICT DO NOTHING', ''), values, timeoutMs),
    };
    const store = createEventStore(undeduped, 'market', market.windowSpans);
    await run(event, store);
    await run(event, store);
    const account = await accountOf(event);
    expect(account.balances).toBe(false);
    expect(account.sources[0]?.faults).toMatchObject({ keyStoredTwice: 20, positionStoredTwice: 20 });
  });
});
