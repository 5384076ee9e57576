import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../../lambdas/shared/database/connection.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());

const pid = 'SELECT pg_backend_pid() AS pid';

describe('a function’s connection', () => {
  it('is one, and is kept', async () => {
    const database = world.database();
    const [first] = await database.query<{ pid: number }>(pid, [], 5_000);
    const [second] = await database.query<{ pid: number }>(pid, [], 5_000);
    expect(second).toEqual(first);
  });

  it('is opened again after the server cut it, idle or in use', async () => {
    const database = world.database();
    const [first] = await database.query<{ pid: number }>(pid, [], 5_000);
    await world.owner.query('SELECT pg_terminate_backend($1)', [first?.pid]);
    await expect
      .poll(async () => (await database.query<{ pid: number }>(pid, [], 5_000).catch(() => [first]))[0]?.pid)
      .not.toBe(first?.pid);
    await expect(database.query('SELECT pg_terminate_backend(pg_backend_pid())', [], 5_000)).rejects.toMatchObject({
      code: '57P01',
    });
    expect((await database.query(pid, [], 5_000)).length).toBe(1);
  });

  it('survives an error of the statement', async () => {
    const database = world.database();
    const [first] = await database.query<{ pid: number }>(pid, [], 5_000);
    await expect(database.query('SELECT 1/0', [], 5_000)).rejects.toThrow(pg.DatabaseError);
    expect((await database.query<{ pid: number }>(pid, [], 5_000))[0]).toEqual(first);
  });

  it('is thrown away when the server only reads, as one may after a failover', async () => {
    const database = world.database();
    const [first] = await database.query<{ pid: number }>(pid, [], 5_000);
    const readOnly = `DO $$ BEGIN RAISE EXCEPTION 'cannot execute INSERT in a read-only transaction' USING ERRCODE = '25006'; END $$`;
    await expect(database.query(readOnly, [], 5_000)).rejects.toMatchObject({ code: '25006' });
    expect((await database.query<{ pid: number }>(pid, [], 5_000))[0]).not.toEqual(first);
  });

  it('is thrown away when an answer does not come in time', async () => {
    const database = world.database();
    const [first] = await database.query<{ pid: number }>(pid, [], 5_000);
    await expect(database.query('SELECT pg_sleep(3)', [], 100)).rejects.toThrow(/timeout/i);
    expect((await database.query<{ pid: number }>(pid, [], 5_000))[0]).not.toEqual(first);
  });

  it('is tried anew after it could not be opened', async () => {
    let down = true;
    const database = createDatabase(async () => {
      if (down) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      const client = new pg.Client(await world.config('enrichment_market'));
      await client.connect();
      return client;
    });
    await expect(database.query(pid, [], 5_000)).rejects.toThrow('refused');
    down = false;
    expect((await database.query(pid, [], 5_000)).length).toBe(1);
    await database.close();
  });

  it('has no DDL, and no rights beyond its statement', async () => {
    const database = world.database();
    for (const sql of [
      'CREATE TABLE millrace.mine (n int)',
      'CREATE TABLE public.mine (n int)',
      'DROP TABLE millrace.events',
      'DELETE FROM millrace.events',
      'UPDATE millrace.events SET entity = entity',
      'SELECT * FROM public.millrace_migrations',
    ]) {
      await expect(database.query(sql, [], 5_000)).rejects.toMatchObject({ code: '42501' });
    }
  });
});
