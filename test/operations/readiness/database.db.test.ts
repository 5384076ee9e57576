import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../lambdas/operations/migration-store.ts';
import { parseDatabaseUsers } from '../../../lambdas/operations/migrate-database.ts';
import { useDatabase } from '../../../lambdas/operations/readiness/database.ts';
import { problemOf } from '../../../lambdas/operations/readiness/problem.ts';
import { createDatabase } from '../../../lambdas/shared/database/connection.ts';
import { databaseUsers, readinessUser } from '../../../lib/config/names.ts';
import { createTestDatabase, migrationsFolder, type TestDatabase } from '../../support/database.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
  // As the stack hands them to the migration function.
  await migrate(world.owner, migrationsFolder, 'expand', parseDatabaseUsers(databaseUsers([])));
});
afterAll(() => world.drop());

const use = (): Promise<void> => useDatabase(world.database(readinessUser), 5_000);
const problem = (): Promise<string> => use().then(() => 'none', problemOf);

/** Sessions of the function that the server still has. */
const sessions = async (): Promise<number> => {
  const { rows } = await world.owner.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = $1',
    [readinessUser],
  );
  return rows[0]?.n ?? -1;
};

describe('the database check', () => {
  it('succeeds as its own user, and leaves no connection behind', async () => {
    await use();
    await expect.poll(sessions).toBe(0);
  });

  it('has a user that may log in, and may see nothing of ours', async () => {
    const client = new pg.Client(await world.config(readinessUser));
    await client.connect();
    await expect(client.query('SELECT FROM millrace.events')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('CREATE TABLE public.mine (n int)')).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });

  it('fails where the server only reads, and says so', async () => {
    const { rows } = await world.owner.query<{ name: string }>('SELECT current_database() AS name');
    await world.owner.query(`ALTER DATABASE ${rows[0]?.name} SET default_transaction_read_only = on`);
    expect(await problem()).toMatch(/^only reads: /);
    await world.owner.query('SET default_transaction_read_only = off');
    await world.owner.query(`ALTER DATABASE ${rows[0]?.name} RESET default_transaction_read_only`);
    expect(await problem()).toBe('none');
  });

  it('fails where its user was not made, and names who makes it', async () => {
    // Who is no IAM user is asked for a password, and sends its token as one.
    const stranger = createDatabase(async () => {
      const client = new pg.Client({ ...(await world.config('nobody_made_me')), password: 'a token' });
      await client.connect();
      return client;
    });
    const refusal = await useDatabase(stranger, 5_000).then(() => 'none', problemOf);
    expect(refusal).toMatch(/^refused us \(SQLSTATE 28\w{3}\): .*migration function/);
  });
});
