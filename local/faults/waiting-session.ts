import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { sleepUntil } from '../pause.ts';

/** A session of a function that waits for a lock. */
export interface Waiting {
  readonly pid: number;
  readonly instance: string;
  /** When its transaction began, as text: a Date has no microseconds. */
  readonly began: string;
}

const lookEveryMs = 10;
const goneWithinMs = 2_000;

/** The statements that wait for the lock of our own session. Sessions carry their instance's id as their name. */
const findWaiting = `
  SELECT pid, application_name AS instance, xact_start::text AS began
    FROM pg_stat_activity
   WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)) AND wait_event_type = 'Lock' AND query LIKE $1`;

/** What a transaction sees of the sessions would else stay as it was at its first look. */
const lookAgain = (client: Client): Promise<unknown> => client.query('SELECT pg_stat_clear_snapshot()');

/**
 * Until a statement waits for a lock of this session whose process can be killed; it is killed.
 * @param statement - a pattern of LIKE
 * @param killInstance - answers undefined where the process is gone already
 */
export const untilOneWaits = async (
  client: Client,
  statement: string,
  patienceMs: number,
  over: AbortSignal,
  killInstance: (id: string) => string | undefined,
): Promise<Waiting | undefined> => {
  const sleep = sleepUntil(over);
  for (const until = Date.now() + patienceMs; Date.now() < until && !over.aborted; await sleep(lookEveryMs)) {
    await lookAgain(client);
    const { rows } = await client.query<Waiting>(findWaiting, [statement]);
    const struck = rows.find(({ instance }) => killInstance(instance) !== undefined);
    if (struck) return struck;
  }
  return undefined;
};

/** Until a session has ended, for as long as that can take. */
export const untilGone = async (client: Client, pid: number): Promise<void> => {
  for (const until = Date.now() + goneWithinMs; Date.now() < until; await pause(lookEveryMs)) {
    await lookAgain(client);
    const { rowCount } = await client.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    if (rowCount === 0) return;
  }
};
