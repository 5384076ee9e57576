import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { readMigrations, toApply, type Migration, type MigrationKind } from './migrations.ts';

/** A login user of a function, and the role whose rights it has. */
export interface DatabaseUser {
  readonly user: string;
  readonly role: string;
}

export interface MigrationState {
  /** The highest migration applied; 0 before the first. */
  readonly version: number;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/** One session of advisory locks is enough: migrations of one database never run twice at once. */
const lockKey = 7_241_066;

const ledger = `
CREATE TABLE IF NOT EXISTS public.millrace_migrations (
  version    integer     PRIMARY KEY,
  name       text        NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
)`;

const appliedVersions = async (client: pg.Client): Promise<Set<number>> => {
  await client.query(ledger);
  const { rows } = await client.query<{ version: number }>('SELECT version FROM public.millrace_migrations');
  return new Set(rows.map(({ version }) => version));
};

const stateOf = (migrations: readonly Migration[], applied: ReadonlySet<number>): MigrationState => ({
  version: Math.max(0, ...applied),
  applied: migrations.filter(({ version }) => applied.has(version)).map(({ name }) => name),
  pending: migrations.filter(({ version }) => !applied.has(version)).map(({ name }) => name),
});

/**
 * For a lock of a table, in PostgreSQL's words. Whatever comes after a migration that waits for a table waits behind it, so
 * it fails instead, long before the lanes' statements do.
 */
const lockTimeout = '3s';
const lockNotAvailable = '55P03';

const whyOf = (error: unknown): string => {
  const why = error instanceof Error ? error.message : String(error);
  return (error as { code?: unknown }).code === lockNotAvailable
    ? `${why}: a table it changes was in use for ${lockTimeout}; nothing is changed, run it again`
    : why;
};

/** Each migration in a transaction of its own, together with its line in the ledger. */
const apply = async (client: pg.Client, folder: string, { version, name }: Migration): Promise<void> => {
  const sql = await readFile(join(folder, name), 'utf8');
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '${lockTimeout}'`);
    await client.query(sql);
    await client.query('INSERT INTO public.millrace_migrations (version, name) VALUES ($1, $2)', [version, name]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`migrations/${name} failed: ${whyOf(error)}`, { cause: error });
  }
};

/** Login users are made here, not in SQL files: they come with the environment's sources. Never dropped. */
const ensureUsers = async (client: pg.Client, users: readonly DatabaseUser[]): Promise<void> => {
  for (const { user, role } of users) {
    const name = client.escapeIdentifier(user);
    const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user]);
    if (rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN`);
    // After a time-out of ours the server must not go on holding locks that the retry waits for.
    await client.query(`ALTER ROLE ${name} SET statement_timeout = '60s'`);
    await client.query(`GRANT rds_iam, ${client.escapeIdentifier(role)} TO ${name}`);
  }
};

/**
 * Applies what is pending of one kind, then makes sure of the users. Repeatable; two at once wait for each other.
 * @param folder - where the SQL files are
 */
export const migrate = async (
  client: pg.Client,
  folder: string,
  kind: MigrationKind,
  users: readonly DatabaseUser[],
): Promise<MigrationState> => {
  const migrations = readMigrations(await readdir(folder));
  await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
  try {
    const applied = await appliedVersions(client);
    for (const migration of toApply(migrations, applied, kind)) {
      await apply(client, folder, migration);
      applied.add(migration.version);
    }
    await ensureUsers(client, users);
    return stateOf(migrations, applied);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [lockKey]);
  }
};

/** What is applied and what is pending; changes nothing but the ledger's own existence. */
export const migrationState = async (client: pg.Client, folder: string): Promise<MigrationState> =>
  stateOf(readMigrations(await readdir(folder)), await appliedVersions(client));
