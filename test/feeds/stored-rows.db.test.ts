import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStoredRowsReader } from '../../feeds/readers/stored-rows.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { collect } from './support/collect.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());

const store = async (count: number): Promise<void> => {
  await world.owner.query(`SELECT millrace.ensure_event_partitions(ARRAY['2020-01-01', '1969-12-31']::date[])`);
  await world.owner.query(
    `INSERT INTO millrace.events (source, source_event_id, occurred_on, occurred_at, subject, entity, body, body_hash, schema_id,
       priority, stream, shard, sequence_number, arrived_at)
     SELECT 'market', 'id ' || n, day::date, day::date, 'market-quote', 'EUR/USD', '{}', '\\x00ff'::bytea, gen_random_uuid(),
       'normal', 'a-stream', 'shardId-000000000000', n::text, to_timestamp(1700000000.25)
     FROM generate_series(1, $1) AS n, unnest(ARRAY['2020-01-01', '1969-12-31']) AS day`,
    [count],
  );
};

describe('reading the stored rows', () => {
  it('gives key, hash and position of every row, a page at a time, as a function’s user', async () => {
    await store(3_000);
    const read = createStoredRowsReader(async () => {
      const client = new pg.Client(await world.config('enrichment_market'));
      await client.connect();
      return client;
    });
    const pages = await collect(read());
    expect(pages.length).toBeGreaterThan(1);
    const rows = pages.flat();
    expect(rows).toHaveLength(6_000);
    expect(rows.find(({ sourceEventId, day }) => sourceEventId === 'id 7' && day > 0)).toEqual({
      source: 'market',
      sourceEventId: 'id 7',
      day: 18_262,
      bodyHash: '00ff',
      position: { stream: 'a-stream', shard: 'shardId-000000000000', sequenceNumber: '7' },
      arrivedAt: 1_700_000_000_250,
      storedAt: expect.any(Number),
    });
    expect(new Set(rows.map(({ day }) => day))).toEqual(new Set([18_262, -1]));
  });

  it('ends its connection when nobody reads on', async () => {
    const client = new pg.Client(await world.config('enrichment_market'));
    await client.connect();
    const ended = new Promise<string>((resolve) => client.once('end', () => resolve('ended')));
    for await (const _ of createStoredRowsReader(() => Promise.resolve(client))()) break;
    await expect(ended).resolves.toBe('ended');
  });
});
