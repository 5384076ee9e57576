import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { killAtStatement } from '../../../local/faults/kill-at-statement.ts';
import { killAtRows } from '../../../local/faults/kill-at-rows.ts';
import { postgresDeadlock } from '../../../local/faults/postgres-deadlock.ts';
import { postgresFailover } from '../../../local/faults/postgres-failover.ts';
import { makeCertificates, type Certificates } from '../../../local/services/certificates.ts';
import { startPostgres, type RunningPostgres } from '../../../local/services/postgres.ts';

let dir: string;
let server: RunningPostgres;
let admin: Client;
let certificates: Certificates;
const connect = async (): Promise<Client> => {
  const client = await server.admin();
  client.on('error', () => {}); // faults cut it off
  return client;
};
const start = () => startPostgres({ dataDir: join(dir, 'postgres'), certificates, settings: { fsync: 'off' } });
/** More than a busy machine takes, and the default of a second. */
const poll = { timeout: 10_000, interval: 10 };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-faults-'));
  await chmod(dir, 0o755);
  certificates = await makeCertificates(join(dir, 'certificates'));
  server = await start();
  admin = await connect();
  await admin.query('CREATE TABLE things (id int PRIMARY KEY, n int DEFAULT 0, at timestamptz DEFAULT now())');
});
beforeEach(() => admin.query('TRUNCATE things'));
afterAll(async () => {
  await admin.end();
  await server.stop();
  await rm(dir, { recursive: true });
});

/** A session as a function has it, whose process can be killed: the socket closes, and nobody says goodbye. */
const startSession = async (id: string) => {
  const client = await connect();
  await client.query(`SET application_name = '${id}'`);
  return {
    client,
    kill: (): void =>
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(),
  };
};
const stored = async (): Promise<number> => (await admin.query('SELECT FROM things')).rowCount ?? 0;

describe('a kill at a statement', () => {
  const never = new AbortController().signal;
  const strike = async (when: 'before' | 'after', isThere = true) => {
    const { client, kill } = await startSession('instance-1');
    const killed: string[] = [];
    const struck = killAtStatement({
      name: `${when}-statement`,
      when,
      connect,
      table: 'things',
      countWritten: 'SELECT count(*) FROM things WHERE at = $1::timestamptz',
      killInstance: (id) => {
        killed.push(id);
        if (isThere) kill();
        return isThere ? 'f' : undefined;
      },
    }).strike(never);
    await expect
      .poll(async () => {
        const locked = `SELECT FROM pg_locks WHERE relation = 'things'::regclass AND mode = 'ExclusiveLock' AND granted`;
        return (await admin.query(locked)).rowCount;
      }, poll)
      .toBe(1);
    const written = client.query('INSERT INTO things (id) VALUES (1)').then(
      () => 'written',
      () => 'never heard of it',
    );
    return { struck: await struck, written: await written, killed: new Set(killed) };
  };

  it('before it leaves nothing written', async () => {
    await expect(strike('before')).resolves.toEqual({
      struck: true,
      written: 'never heard of it',
      killed: new Set(['instance-1']),
    });
    await expect(stored()).resolves.toBe(0);
  });

  it('after it leaves everything written, and nobody hears of it', async () => {
    await expect(strike('after')).resolves.toMatchObject({ struck: true, written: 'never heard of it' });
    await expect(stored()).resolves.toBe(1);
  });

  it('is none where the process cannot be found; the statement is held up and no more', async () => {
    await expect(strike('after', false)).resolves.toMatchObject({ struck: false, written: 'written' });
    await expect(stored()).resolves.toBe(1);
  });
});

describe('postgres-deadlock', () => {
  it('makes the session of a function the victim, again and again', async () => {
    await admin.query('INSERT INTO things (id) VALUES (1), (2)');
    const { client } = await startSession('instance-2');
    const refused: string[] = [];
    const fault = postgresDeadlock({
      connect,
      lockLater: 'SELECT id FROM things WHERE id = 2 FOR UPDATE',
      lockEarlier: 'SELECT FROM things WHERE id < $1 FOR UPDATE',
      told: () => refused.length,
      complain: (error) => expect.fail(String(error)),
    });
    await fault.begin();
    const until = Date.now() + 10_000;
    while (refused.length < 2 && Date.now() < until) {
      await client.query('BEGIN');
      await client.query('UPDATE things SET n = n + 1 WHERE id = 1');
      await client
        .query('UPDATE things SET n = n + 1 WHERE id = 2')
        .catch(({ code }: { code: string }) => refused.push(code));
      await client.query('COMMIT');
    }
    await fault.end();
    await client.end();
    expect(refused).toEqual(['40P01', '40P01']);
    expect(fault.counts?.()).toEqual([{ what: 'deadlocks', count: 2, must: true }]);
  });
});

describe('postgres-failover', () => {
  it('cuts every connection, then only reads, then writes again', async () => {
    const { client } = await startSession('instance-3');
    const fault = postgresFailover(connect);
    await fault.begin();
    await expect(client.query('SELECT 1')).rejects.toThrow(/terminat|not queryable/);
    const after = await connect();
    await expect(after.query('INSERT INTO things (id) VALUES (1)')).rejects.toMatchObject({ code: '25006' });
    await expect(after.query('SELECT FROM things')).resolves.toMatchObject({ rowCount: 0 });
    await fault.end();
    await expect
      .poll(
        () =>
          after.query('INSERT INTO things (id) VALUES (1)').then(
            ({ rowCount }) => rowCount,
            () => 0,
          ),
        poll,
      )
      .toBe(1);
    await after.end();
    expect(fault.counts?.()[0]?.count).toBeGreaterThan(0);
    admin = await connect(); // the test's own was cut too
  });

  it('is over with the next start, also where its run was killed', async () => {
    await postgresFailover(connect).begin();
    await server.crash();
    server = await start();
    admin = await connect();
    await expect(admin.query('INSERT INTO things (id) VALUES (1)')).resolves.toMatchObject({ rowCount: 1 });
  });
});

describe('a kill at rows', () => {
  const strike = async (rows: number, over = new AbortController().signal) => {
    const { client, kill } = await startSession('instance-2');
    for (let id = 1; id <= rows; id += 1) await admin.query('INSERT INTO things (id) VALUES ($1)', [id]);
    const struck = killAtRows({
      name: 'before-counting',
      connect,
      lockRows: 'SELECT FROM things WHERE n = 0 FOR UPDATE SKIP LOCKED',
      statement: '%SET n = 1%',
      killInstance: (id) => {
        if (id === 'instance-2') kill();
        return id === 'instance-2' ? 'f' : undefined;
      },
    }).strike(over);
    return { client, struck };
  };
  const locked = async () =>
    (await admin.query(`SELECT FROM pg_locks WHERE mode = 'RowShareLock' AND relation = 'things'::regclass`)).rowCount;

  it('ends whose statement writes to them, before it has written; what else is written meanwhile waits for nothing', async () => {
    const { client, struck } = await strike(1);
    await expect.poll(locked, poll).toBe(1);
    await admin.query('INSERT INTO things (id, n) VALUES (2, 7)');
    const written = client.query('UPDATE things SET n = 1 WHERE n = 0').then(
      () => 'written',
      () => 'never heard of it',
    );
    expect(await struck).toBe(true);
    expect(await written).toBe('never heard of it');
    const { rows } = await admin.query<{ n: number }>('SELECT n FROM things ORDER BY id');
    expect(rows.map(({ n }) => n)).toEqual([0, 7]);
  });

  it('strikes nobody where there are no such rows, or all is to end', async () => {
    const over = new AbortController();
    setTimeout(() => over.abort(), 300);
    const { client, struck } = await strike(0, over.signal);
    await client.query('UPDATE things SET n = 1 WHERE n = 0');
    expect(await struck).toBe(false);
    await client.end();
  });
});
