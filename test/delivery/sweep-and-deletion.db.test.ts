import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDeletionStore } from '../../lambdas/delivery/deletion-store.ts';
import { deletePublished } from '../../lambdas/delivery/delete-published.ts';
import { createSweepStore } from '../../lambdas/delivery/sweep-store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { untilSomeoneWaits } from './support/locks.ts';
import { clearDelivery, fillOutbox } from './support/outbox.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());
beforeEach(() => clearDelivery(world.owner));

/** A channel with messages, each published so many hours ago; null: not published. */
const channelWith = async (channel: string, hoursAgo: readonly (number | null)[]): Promise<void> => {
  await world.owner.query(`INSERT INTO millrace.channels (channel, delivery, last_number) VALUES ($1, 'each', $2)`, [
    channel,
    hoursAgo.length,
  ]);
  await world.owner.query(
    `INSERT INTO millrace.messages (channel, number, delivery, body, published_at)
     SELECT $1, n, 'each', 'b', now() - make_interval(hours => h) FROM unnest($2::int[]) WITH ORDINALITY AS t (h, n)`,
    [channel, hoursAgo],
  );
};
const channelsNow = async () =>
  (
    await world.owner.query(
      `SELECT c.channel, oldest_number::int AS oldest, array_agg(m.number::int ORDER BY m.number) FILTER (WHERE m.number IS NOT NULL) AS kept
       FROM millrace.channels AS c LEFT JOIN millrace.messages AS m USING (channel) GROUP BY 1, 2 ORDER BY 1`,
    )
  ).rows as unknown[];

describe('the sweep', () => {
  const find = () => createSweepStore(world.database('delivery_sweep')).findUnsent();

  it('finds nothing where nothing waits', async () => {
    expect(await find()).toEqual({ channels: [], unsent: 0, oldestSeconds: 0 });
  });

  it('finds rows, messages that are not published and leases that have lapsed, and leaves what is held', async () => {
    const arrivedAt = new Date(Date.now() - 3_600_000).toISOString();
    await fillOutbox(world.owner, [
      { channel: 'a/rows', id: '1', arrivedAt },
      { channel: 'a/rows', id: '2' },
      { channel: 'b/held', id: '3' },
      { channel: 'c/lapsed', id: '4' },
    ]);
    await world.owner.query(
      `UPDATE millrace.outbox SET stored_at = now() - interval '90 s' WHERE source_event_id = '2'`,
    );
    await world.owner.query(
      `UPDATE millrace.outbox SET stored_at = now() - interval '95 s' WHERE source_event_id = '1'`,
    );
    await channelWith('d/unpublished', [1, null]);
    await channelWith('e/done', [1]);
    await channelWith('f/dead', [1]);
    await world.owner.query(`INSERT INTO millrace.channels (channel, delivery, lease, leased_until) VALUES
      ('b/held', 'each', 'r', now() + interval '9 s'), ('c/lapsed', 'each', 'r', now() - interval '1 s')`);
    await world.owner.query(
      `UPDATE millrace.channels SET lease = 'r', leased_until = now() - interval '1 s' WHERE channel = 'f/dead'`,
    );
    const { channels, unsent, oldestSeconds } = await find();
    expect(channels).toEqual(['a/rows', 'c/lapsed', 'd/unpublished', 'f/dead']);
    expect(unsent).toBe(5);
    // Not since its arrival, an hour ago: its source was held.
    expect(oldestSeconds).toBeGreaterThanOrEqual(95);
    expect(oldestSeconds).toBeLessThan(120);
  });
});

const keep = { each: 24, latest: 1 };

describe('deletion', () => {
  const store = () => createDeletionStore(world.database('delivery_deletion'));
  const run = (remaining = 60_000) =>
    deletePublished(store(), keep)(undefined, { getRemainingTimeInMillis: () => remaining });

  it('takes what was published longer ago than it is kept, from the oldest on, and says what is the oldest now', async () => {
    await channelWith('a/x', [30, 26, 25, 3, 1]);
    await channelWith('b/all', [30, 26]);
    await channelWith('c/young', [3]);
    expect(await run()).toEqual({ deleted: 5 });
    expect(await channelsNow()).toEqual([
      { channel: 'a/x', oldest: 4, kept: [4, 5] },
      { channel: 'b/all', oldest: 3, kept: null },
      { channel: 'c/young', oldest: 1, kept: [1] },
    ]);
    expect(await run()).toEqual({ deleted: 0 });
  });

  it('makes no hole: what must stay keeps what comes after it', async () => {
    await channelWith('a/unpublished', [30, null, 30]);
    await channelWith('b/younger', [30, 2, 30]);
    expect(await run()).toEqual({ deleted: 2 });
    expect(await channelsNow()).toEqual([
      { channel: 'a/unpublished', oldest: 2, kept: [2, 3] },
      { channel: 'b/younger', oldest: 2, kept: [2, 3] },
    ]);
  });

  it('keeps each kind of channel for its own time', async () => {
    await channelWith('a/each', [30, 3, 2]);
    await channelWith('b/latest', [30, 3, 0]);
    await world.owner.query(`UPDATE millrace.channels SET delivery = 'latest' WHERE channel = 'b/latest'`);
    expect(await run()).toEqual({ deleted: 3 });
    expect(await channelsNow()).toEqual([
      { channel: 'a/each', oldest: 2, kept: [2, 3] },
      { channel: 'b/latest', oldest: 3, kept: [3] },
    ]);
  });

  it('goes in steps of a thousand, as long as there is time', async () => {
    await channelWith(
      'a/x',
      Array.from({ length: 2_500 }, () => 30),
    );
    expect(await store().deleteSome(keep)).toBe(1_000);
    expect(await run(5_000)).toEqual({ deleted: 0 });
    expect(await run()).toEqual({ deleted: 1_500 });
    expect(await channelsNow()).toEqual([{ channel: 'a/x', oldest: 2_501, kept: null }]);
  });

  it('waits for nobody: a channel that somebody has locked is left for the next time', async () => {
    await channelWith('a/locked', [30]);
    await channelWith('b/free', [30]);
    await world.owner.query(`BEGIN; SELECT FROM millrace.channels WHERE channel = 'a/locked' FOR UPDATE`);
    expect(await run()).toEqual({ deleted: 1 });
    await world.owner.query('COMMIT');
    expect(await run()).toEqual({ deleted: 1 });
  });
});

describe('deletion while the relay numbers', () => {
  // Holds up whoever reads channels after its statement has begun: what it sees of messages is older than what it locks.
  const untilReleased = `CREATE POLICY held_up ON millrace.channels USING (pg_advisory_xact_lock_shared(4711) IS NOT NULL);
    ALTER TABLE millrace.channels ENABLE ROW LEVEL SECURITY; SELECT pg_advisory_lock(4711)`;

  it('goes no further than what it has seen', async () => {
    await channelWith('a/x', [30, 30, 30]);
    await world.owner.query(untilReleased);
    const deleting = createDeletionStore(world.database('delivery_deletion')).deleteSome(keep);
    await untilSomeoneWaits(world.owner);
    await world.owner.query(`UPDATE millrace.channels SET last_number = 5`);
    await world.owner.query(`INSERT INTO millrace.messages (channel, number, delivery, body, published_at)
      VALUES ('a/x', 4, 'each', 'b', now()), ('a/x', 5, 'each', 'b', NULL)`);
    await world.owner.query('SELECT pg_advisory_unlock(4711)');
    expect(await deleting).toBe(3);
    await world.owner.query(
      'ALTER TABLE millrace.channels DISABLE ROW LEVEL SECURITY; DROP POLICY held_up ON millrace.channels',
    );
    expect(await channelsNow()).toEqual([{ channel: 'a/x', oldest: 4, kept: [4, 5] }]);
  });
});

describe('rights', () => {
  it.each([
    ['delivery_sweep', ['DELETE FROM millrace.outbox', 'DELETE FROM millrace.messages']],
    ['delivery_sweep', [`SELECT millrace.lease_channels('{}', '', 1)`, 'UPDATE millrace.channels SET lease = NULL']],
    ['delivery_deletion', ['UPDATE millrace.channels SET last_number = 9', 'SELECT FROM millrace.outbox']],
    ['delivery_deletion', [`SELECT millrace.lease_channels('{}', '', 1)`, `UPDATE millrace.messages SET body = ''`]],
    ['delivery_relay', ['DELETE FROM millrace.messages', 'INSERT INTO millrace.outbox DEFAULT VALUES']],
  ])('%s does nothing that is not its own: %j', async (user, statements) => {
    const database = world.database(user);
    for (const sql of statements) await expect(database.query(sql, [], 5_000)).rejects.toMatchObject({ code: '42501' });
  });

  it('the resume function reads and changes nothing', async () => {
    const database = world.database('rest_api_messages');
    await database.query('SELECT * FROM millrace.channels, millrace.messages, millrace.snapshots', [], 5_000);
    for (const sql of [
      'DELETE FROM millrace.messages',
      'SELECT * FROM millrace.outbox',
      `SELECT millrace.let_go_channels('{}', '')`,
    ])
      await expect(database.query(sql, [], 5_000)).rejects.toMatchObject({ code: '42501' });
  });
});
