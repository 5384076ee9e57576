import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, migrationState } from '../../lambdas/operations/migration-store.ts';
import { preparePartitions } from '../../lambdas/operations/prepare-partitions.ts';
import { createTestDatabase, migrationsFolder, type TestDatabase } from '../support/database.ts';

let world: TestDatabase;
let folder: string;
let before: string;
beforeAll(async () => {
  world = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  before = await mkdtemp(join(tmpdir(), 'before-'));
});
afterAll(async () => {
  await world.drop();
  await rm(folder, { recursive: true });
  await rm(before, { recursive: true });
});

const insertRow = `
INSERT INTO millrace.outbox (channel, delivery, source, source_event_id, occurred_at, arrived_at, priority, payload)
VALUES ('market/trades/ACME', 'each', 'market', 'id', now(), '2026-01-01', 'normal', '{}')`;

/** Another database of the test's server, as its owner. */
const emptyDatabase = async (database: string): Promise<pg.Client> => {
  await world.owner.query(`DROP DATABASE IF EXISTS ${database}`);
  await world.owner.query(`CREATE DATABASE ${database}`);
  const { user = '', password } = world.owner;
  const client = new pg.Client({ ...(await world.config(user)), password: password ?? '', database });
  await client.connect();
  return client;
};

describe('migrating', () => {
  it('is repeatable, and says where the database is', async () => {
    const again = await migrate(world.owner, migrationsFolder, 'expand', []);
    expect(again.pending).toEqual([]);
    expect(await migrationState(world.owner, migrationsFolder)).toEqual(again);
    expect(again.version).toBe(again.applied.length);
  });

  it('leaves nothing behind of one that fails, and names it', async () => {
    await writeFile(join(folder, '9001-good.expand.sql'), 'CREATE TABLE millrace.good (n int)');
    await writeFile(join(folder, '9002-bad.expand.sql'), 'CREATE TABLE millrace.half (n int); SELECT nonsense');
    await expect(migrate(world.owner, folder, 'expand', [])).rejects.toThrow('migrations/9002-bad.expand.sql failed');
    const { rows } = await world.owner.query(
      `SELECT to_regclass('millrace.good') IS NOT NULL AS good, to_regclass('millrace.half') IS NOT NULL AS half`,
    );
    expect(rows).toEqual([{ good: true, half: false }]);
    expect((await migrationState(world.owner, folder)).pending).toEqual(['9002-bad.expand.sql']);
  });

  it('that cannot have its table fails, so that nobody waits behind it', async () => {
    await writeFile(join(folder, '9001-good.expand.sql'), 'SELECT 1');
    await writeFile(join(folder, '9002-bad.expand.sql'), 'ALTER TABLE millrace.outbox ADD COLUMN late int');
    const reader = new pg.Client(await world.config('delivery_relay'));
    await reader.connect();
    try {
      await reader.query('BEGIN');
      await reader.query('SELECT FROM millrace.outbox');
      const migrating = migrate(world.owner, folder, 'expand', []).then(
        () => 'it did not fail',
        ({ message }: Error) => message,
      );
      const waiting = () => reader.query(`SELECT FROM pg_locks WHERE NOT granted`);
      while ((await waiting()).rowCount === 0) await setTimeout(20);
      // It stands behind the migration, and not for as long as the reader reads.
      await world.database('enrichment_market').query(insertRow, [], 8_000);
      expect(await migrating).toMatch(
        /9002-bad\.expand\.sql failed: .* in use for 3s; nothing is changed, run it again$/,
      );
      expect((await migrationState(world.owner, folder)).pending).toEqual(['9002-bad.expand.sql']);
    } finally {
      await reader.end();
    }
  });

  it('to a relay empties the outbox, which nobody had read before', async () => {
    const owner = await emptyDatabase('before_delivery');
    try {
      for (const file of (await readdir(migrationsFolder)).filter((name) => name < '0004'))
        await copyFile(join(migrationsFolder, file), join(before, file));
      await migrate(owner, before, 'expand', []);
      await owner.query(insertRow);
      await migrate(owner, migrationsFolder, 'expand', []);
      expect((await owner.query('SELECT FROM millrace.outbox')).rowCount).toBe(0);
      await owner.query(insertRow);
      const { rows } = await owner.query(`SELECT now() - stored_at < '1 min' AS young FROM millrace.outbox`);
      expect(rows).toEqual([{ young: true }]);
    } finally {
      await owner.end();
    }
  });

  it('gives a new user the rights of its role, once', async () => {
    const users = [{ user: 'enrichment_other', role: 'millrace_enrichment' }];
    await migrate(world.owner, migrationsFolder, 'expand', users);
    await migrate(world.owner, migrationsFolder, 'expand', users);
    const database = world.database('enrichment_other');
    expect(await database.query('SELECT count(*)::int AS n FROM millrace.events', [], 5_000)).toEqual([{ n: 0 }]);
  });
});

describe('preparing partitions', () => {
  it('makes those from yesterday to the days ahead, and nothing the second time', async () => {
    const now = (): number => Date.UTC(2030, 0, 1, 23);
    const prepare = preparePartitions(world.database('operations_partitions'), 3, now);
    expect(await prepare()).toEqual({ made: 5 });
    expect(await prepare()).toEqual({ made: 0 });
    const { rows } = await world.owner.query<{ name: string }>(
      `SELECT relid::regclass::text AS name FROM pg_partition_tree('millrace.events') WHERE isleaf ORDER BY 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'millrace.events_20291231',
      'millrace.events_20300101',
      'millrace.events_20300102',
      'millrace.events_20300103',
      'millrace.events_20300104',
    ]);
  });

  it('by two at once makes each once, and none fails', async () => {
    const now = (): number => Date.UTC(2031, 0, 1);
    const lanes = [1, 2, 3, 4].map(() => preparePartitions(world.database('operations_partitions'), 5, now));
    const made = await Promise.all(lanes.map((prepare) => prepare()));
    expect(made.reduce((sum, lane) => sum + lane.made, 0)).toBe(7);
  });
});
