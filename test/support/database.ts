import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../lambdas/operations/migration-store.ts';
import { createDatabase, type Database } from '../../lambdas/shared/database/connection.ts';

export const migrationsFolder = fileURLToPath(new URL('../../migrations/', import.meta.url));

export interface TestDatabase {
  /** A connection as the owner, who may do everything in this database. */
  readonly owner: pg.Client;
  /** How to connect as a user; over TLS, as the functions do. */
  readonly config: (user: string) => Promise<pg.ClientConfig>;
  /** What a function has: one connection as an IAM user without DDL. */
  readonly database: (user?: string) => Database;
  readonly drop: () => Promise<void>;
}

const adminConfig = async (database: string): Promise<pg.ClientConfig> => {
  const { host, port, user, password, caFile } = inject('postgres');
  return { host, port, user, password, database, ssl: { ca: await readFile(caFile, 'utf8') } };
};

/** A database of its own on the one server of the test run, with all expand migrations and the functions' users. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client(await adminConfig('postgres'));
  await admin.connect();
  // Migrations make roles, which are the server's: two test files must not make them at once.
  await admin.query('SELECT pg_advisory_lock(1)');
  await admin.query(`CREATE DATABASE ${name}`);
  const owner = new pg.Client(await adminConfig(name));
  await owner.connect();
  await migrate(owner, migrationsFolder, 'expand', [
    { user: 'enrichment_market', role: 'millrace_enrichment' },
    { user: 'operations_partitions', role: 'millrace_operations' },
    { user: 'delivery_relay', role: 'millrace_relay' },
    { user: 'delivery_sweep', role: 'millrace_sweep' },
    { user: 'delivery_deletion', role: 'millrace_deletion' },
    { user: 'rest_api_messages', role: 'millrace_rest_api' },
  ]);
  await admin.query('SELECT pg_advisory_unlock(1)');

  const config = async (user: string): Promise<pg.ClientConfig> => {
    const { password: _, ...rest } = await adminConfig(name);
    return { ...rest, user };
  };
  const opened: Database[] = [];
  return {
    owner,
    config,
    database: (user = 'enrichment_market') => {
      const database = createDatabase(async (timeoutMs) => {
        const client = new pg.Client({ ...(await config(user)), connectionTimeoutMillis: timeoutMs });
        await client.connect();
        return client;
      });
      opened.push(database);
      return database;
    },
    drop: async () => {
      await Promise.all(opened.map((database) => database.close()));
      await owner.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
};
