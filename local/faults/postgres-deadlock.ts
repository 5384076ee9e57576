import type { Client } from 'pg';
import { sleepUntil } from '../pause.ts';
import type { Fault } from './fault.ts';
import { meanwhile } from './meanwhile.ts';
import { withSuperuser, type ConnectSuperuser } from './with-superuser.ts';

export interface DeadlockOptions {
  readonly connect: ConnectSuperuser;
  /** Locks the row that the functions' statement comes to last; answers with the values for `lockEarlier`. */
  readonly lockLater: string;
  /** Locks rows that it has locked by then. */
  readonly lockEarlier: string;
  /** How many deadlocks the functions have told of. */
  readonly told: () => number;
  readonly complain: (error: unknown) => void;
}

const patienceMs = 2_000;
const lookEveryMs = 10;
const pauseMs = 300;
/** The server looks for a deadlock when somebody has waited so long; ours never looks, so that the function is its victim. */
const ourDeadlockTimeout = '1min';

const somebodyWaits = async (client: Client, over: AbortSignal): Promise<boolean> => {
  const sleep = sleepUntil(over);
  for (const until = Date.now() + patienceMs; Date.now() < until && !over.aborted; await sleep(lookEveryMs)) {
    const { rowCount } = await client.query(
      'SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)) LIMIT 1',
    );
    if (rowCount !== 0) return true;
  }
  return false;
};

/** A session that takes rows in the other order than the functions do, so that PostgreSQL has to end one of two (40P01). */
export const postgresDeadlock = ({ connect, lockLater, lockEarlier, told, complain }: DeadlockOptions): Fault => {
  let before = 0;
  const round = (over: AbortSignal): Promise<void> =>
    withSuperuser(connect, async (client) => {
      await client.query(`SET deadlock_timeout = '${ourDeadlockTimeout}'`);
      await client.query('BEGIN');
      const { rows } = await client.query({ text: lockLater, rowMode: 'array' });
      const [row] = rows as unknown[][];
      if (row && (await somebodyWaits(client, over))) await client.query(lockEarlier, row);
      await client.query('ROLLBACK');
    });
  const locking = meanwhile({ round, pauseMs: () => pauseMs, complain });
  return {
    name: 'postgres-deadlock',
    begin: async () => {
      before = told();
      locking.begin();
    },
    end: () => locking.end(),
    counts: () => [{ what: 'deadlocks', count: told() - before, must: true }],
  };
};
