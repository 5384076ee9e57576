import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { sleepUntil } from '../pause.ts';
import type { KillPoint } from './kill.ts';
import { withSuperuser, type ConnectSuperuser } from './with-superuser.ts';

export interface StatementPoint {
  readonly name: string;
  /** Before it, nothing of the statement is kept; after it, everything is, and the process never hears of it. */
  readonly when: 'before' | 'after';
  readonly connect: ConnectSuperuser;
  /** That the statement writes to. */
  readonly table: string;
  /** Counts rows that were written by a transaction that began at $1: tells whether it was committed. */
  readonly countWritten: string;
  /** @returns the function's name; undefined where the process is gone already */
  readonly killInstance: (id: string) => string | undefined;
}

const patienceMs = 2_000;
const lookEveryMs = 10;

interface Waiting {
  readonly pid: number;
  readonly instance: string;
  /** As text: a Date has no microseconds. */
  readonly began: string;
}

/** The statements that wait for the lock of our own session. Sessions carry their instance's id as their name. */
const findWaiting = `
  SELECT pid, application_name AS instance, xact_start::text AS began
    FROM pg_stat_activity
   WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)) AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO%'`;

/** What a transaction sees of the sessions would else stay as it was at its first look. */
const lookAgain = (client: Client): Promise<unknown> => client.query('SELECT pg_stat_clear_snapshot()');

const untilGone = async (client: Client, { pid }: Waiting): Promise<void> => {
  for (const until = Date.now() + patienceMs; Date.now() < until; await pause(lookEveryMs)) {
    await lookAgain(client);
    const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    if (rowCount === 0) return;
  }
};

/**
 * Kills a process whose statement is under way. The table is locked for a moment, so that a statement waits: then its
 * process is killed, and either its session is ended before the lock is released, so that nothing was written, or the lock
 * is released, and it commits though nobody is there to hear it. Which of the two it was is read from the table.
 */
export const killAtStatement = ({
  name,
  when,
  connect,
  table,
  countWritten,
  killInstance,
}: StatementPoint): KillPoint => {
  const untilWaiting = async (client: Client, over: AbortSignal): Promise<Waiting | undefined> => {
    const sleep = sleepUntil(over);
    for (const until = Date.now() + patienceMs; Date.now() < until && !over.aborted; await sleep(lookEveryMs)) {
      await lookAgain(client);
      const { rows } = await client.query<Waiting>(findWaiting);
      const struck = rows.find(({ instance }) => killInstance(instance) !== undefined);
      if (struck) return struck;
    }
    return undefined;
  };

  return {
    name,
    strike: (over) =>
      withSuperuser(connect, async (client) => {
        await client.query('BEGIN');
        await client.query(`LOCK TABLE ${table} IN EXCLUSIVE MODE`);
        const struck = await untilWaiting(client, over);
        if (struck && when === 'before') {
          await client.query('SELECT pg_terminate_backend($1)', [struck.pid]);
          await untilGone(client, struck);
        }
        await client.query('ROLLBACK');
        if (!struck) return false;
        await untilGone(client, struck);
        const { rows } = await client.query<{ count: string }>(countWritten, [struck.began]);
        const isWritten = Number(rows[0]?.count ?? 0) > 0;
        return isWritten === (when === 'after');
      }),
  };
};
