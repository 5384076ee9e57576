import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMigrationConfig, readPartitionConfig } from '../../lambdas/operations/config.ts';
import { migrateDatabase } from '../../lambdas/operations/migrate-database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const env = {
  AWS_REGION: 'eu-west-1',
  LAMBDA_TASK_ROOT: fileURLToPath(new URL('../../', import.meta.url)), // holds migrations/, as the bundle does
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:owner',
  DATABASE_HOST: '127.0.0.1',
  DATABASE_PORT: '5432',
  DATABASE_NAME: 'millrace',
  DATABASE_USERS: 'enrichment_market=millrace_enrichment',
};

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());

/** Each run opens a connection of its own and ends it, as the function does. */
const connectAsOwner = async (): Promise<pg.Client> => {
  const { host, port, user, password, database } = world.owner;
  const client = new pg.Client({
    ...(await world.config(user ?? '')),
    host,
    port,
    password: password ?? '',
    database: database ?? '',
  });
  await client.connect();
  return client;
};

describe('the migration function', () => {
  const run = migrateDatabase(readMigrationConfig(env), connectAsOwner);

  it('applies what is pending when it is given nothing, as a deploy does, and says where the database is', async () => {
    const state = await run({});
    expect(state.pending).toEqual([]);
    expect(state.version).toBeGreaterThan(0);
    expect(await run({ action: 'status' })).toEqual(state);
    expect(await run({ action: 'contract' })).toEqual(state);
  });

  it('refuses an action that it does not know', async () => {
    await expect(run({ action: 'drop' as never })).rejects.toThrow(
      'action: must be expand, contract or status, is drop',
    );
  });

  it('refuses users that it cannot read, before it touches the database', async () => {
    const wrong = migrateDatabase(readMigrationConfig({ ...env, DATABASE_USERS: 'nobody' }), () =>
      Promise.reject(new Error('it connected')),
    );
    await expect(wrong({})).rejects.toThrow('DATABASE_USERS: "nobody" is not user=role');
  });
});

describe('the settings of the operations functions', () => {
  it.each(Object.keys(env))('without %s are refused', (name) => {
    expect(() => readMigrationConfig({ ...env, [name]: undefined })).toThrow(`${name} is missing`);
  });

  it('of the partitions name how far ahead they are made', () => {
    expect(readPartitionConfig({ ...env, DATABASE_USER: 'u', PARTITION_DAYS_AHEAD: '7' }).PARTITION_DAYS_AHEAD).toBe(7);
    expect(() => readPartitionConfig({ ...env, DATABASE_USER: 'u' })).toThrow('PARTITION_DAYS_AHEAD is missing');
  });
});
