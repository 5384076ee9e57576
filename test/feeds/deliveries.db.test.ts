import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeliveryReaders } from '../../feeds/readers/deliveries.ts';
import type { DeliveryReaders } from '../../feeds/account/delivery/evidence.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { collect } from './support/collect.ts';

let world: TestDatabase;
let readers: DeliveryReaders;
beforeAll(async () => {
  world = await createTestDatabase();
  const connectAs = (user: string) => async () => {
    const client = new pg.Client(await world.config(user));
    await client.connect();
    return client;
  };
  readers = createDeliveryReaders({
    messages: connectAs('rest_api_messages'),
    outbox: connectAs('delivery_relay'),
    events: connectAs('enrichment_market'),
  });
});
afterAll(() => world.drop());

const at = '2026-03-01T23:59:59.123456Z';
const key = 'market/20513/q-1';
const event = { source: 'market', sourceEventId: 'q-1', entity: 'EUR/USD', occurredAt: at, body: { mid: 1.25 } };
const body = { channel: 'market/quotes/eur-usd', number: 7, delivery: 'latest', events: [event] };

describe('reading what is delivered, as the functions’ users', () => {
  it('gives channels with numbers as numbers, and no rate where there is none', async () => {
    await world.owner.query(
      `INSERT INTO millrace.channels (channel, delivery, per_second, last_number, oldest_number)
       VALUES ('market/quotes/eur-usd', 'latest', 5, 7, 3), ('social/posts/reds', 'each', NULL, 0, 1)`,
    );
    const channels = await readers.readChannels();
    expect(new Set(channels)).toEqual(
      new Set([
        { channel: 'market/quotes/eur-usd', delivery: 'latest', perSecond: 5, lastNumber: 7, oldestNumber: 3 },
        { channel: 'social/posts/reds', delivery: 'each', perSecond: undefined, lastNumber: 0, oldestNumber: 1 },
      ]),
    );
  });

  it('gives messages with the keys of their events and two digests, and no text', async () => {
    const text = JSON.stringify(body);
    await world.owner.query(
      `INSERT INTO millrace.messages (channel, number, delivery, body, numbered_at, published_at)
       VALUES ('market/quotes/eur-usd', 7, 'latest', $1, $4, $4), ('market/quotes/eur-usd', 8, 'latest', $2, $4, $4),
              ('market/quotes/eur-usd', 9, 'latest', $3, $4, NULL)`,
      [text, text.replace('1.25', '1.250'), 'no message', at],
    );
    const [same, rewritten, none] = (await collect(readers.readMessages())).flat();
    expect(same).toEqual({
      channel: 'market/quotes/eur-usd',
      number: 7,
      numberedAt: Date.parse('2026-03-01T23:59:59.123Z'),
      publishedAt: Date.parse('2026-03-01T23:59:59.123Z'),
      message: { ...body, tombstone: undefined, events: [{ key, entity: 'EUR/USD', body: { mid: 1.25 } }] },
      exact: expect.stringMatching(/^[\w-]{22}$/) as string,
      rewritten: same?.exact,
    });
    expect(rewritten?.exact).not.toBe(same?.exact);
    expect(rewritten?.rewritten).toBe(same?.rewritten);
    expect(none).toMatchObject({ number: 9, message: undefined, publishedAt: undefined });
  });

  it('gives one key to an event wherever it is read', async () => {
    await world.owner.query(`SELECT millrace.ensure_event_partitions(ARRAY['2026-03-01']::date[])`);
    await world.owner.query(
      `INSERT INTO millrace.events (source, source_event_id, occurred_on, occurred_at, subject, entity, body, body_hash,
         schema_id, priority, stream, shard, sequence_number, arrived_at, ingested_at)
       VALUES ('market', 'q-1', '2026-03-01', $1, 'market-quote', 'EUR/USD', '{"b":1,"a":2.50}', '\\x00', gen_random_uuid(), 'normal',
         's', 'shardId-000000000000', '1', '2026-03-01T23:59:59.500Z', '2026-03-01T23:59:59.750Z')`,
      [at],
    );
    await world.owner.query(
      `INSERT INTO millrace.outbox (channel, delivery, source, source_event_id, occurred_at, arrived_at, priority, payload)
       VALUES ('market/quotes/eur-usd', 'latest', 'market', 'q-1', $1, $1, 'normal', '{}')`,
      [at],
    );
    await world.owner.query(
      `INSERT INTO millrace.snapshots VALUES ('market/quotes/eur-usd', 'EUR/USD', 7, $1, 'q-1', '{}')`,
      [at],
    );
    expect((await collect(readers.readStoredEvents())).flat()).toEqual([
      {
        key,
        source: 'market',
        sourceEventId: 'q-1',
        subject: 'market-quote',
        entity: 'EUR/USD',
        occurredAt: 1_772_409_599_123_456,
        arrivedAt: Date.parse('2026-03-01T23:59:59.500Z'),
        storedAt: Date.parse('2026-03-01T23:59:59.750Z'),
        body: '{"a": 2.50, "b": 1}',
      },
    ]);
    expect((await collect(readers.readOutbox())).flat()).toEqual([{ channel: 'market/quotes/eur-usd', key }]);
    expect((await collect(readers.readSnapshots())).flat()).toEqual([
      { channel: 'market/quotes/eur-usd', entity: 'EUR/USD', number: 7, sourceEventId: 'q-1' },
    ]);
  });
});
