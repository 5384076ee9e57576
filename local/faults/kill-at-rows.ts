import { sleepUntil } from '../pause.ts';
import type { KillPoint } from './kill.ts';
import { untilGone, untilOneWaits } from './waiting-session.ts';
import { withSuperuser, type ConnectSuperuser } from './with-superuser.ts';

export interface RowsPoint {
  readonly name: string;
  readonly connect: ConnectSuperuser;
  /** Locks rows that a statement is going to write, and waits for none that are locked; none is no error. */
  readonly lockRows: string;
  /** The statement, as a pattern of LIKE. */
  readonly statement: string;
  /** @returns the function's name; undefined where the process is gone already */
  readonly killInstance: (id: string) => string | undefined;
}

const patienceMs = 3_000;
const lookEveryMs = 3;
/** For the statement to come to the rows that are locked. */
const waitMs = 1_000;

/**
 * Kills a process just before a statement that writes to certain rows, and nothing else of what it does waits: those
 * rows are locked as soon as they are there; whose statement then waits for them is killed, and its session ended, so
 * that it has written nothing.
 */
export const killAtRows = ({ name, connect, lockRows, statement, killInstance }: RowsPoint): KillPoint => ({
  name,
  strike: (over) =>
    withSuperuser(connect, async (client) => {
      const sleep = sleepUntil(over);
      for (const until = Date.now() + patienceMs; Date.now() < until && !over.aborted; await sleep(lookEveryMs)) {
        await client.query('BEGIN');
        const { rowCount } = await client.query(lockRows);
        const struck = rowCount === 0 ? undefined : await untilOneWaits(client, statement, waitMs, over, killInstance);
        if (struck) {
          await client.query('SELECT pg_terminate_backend($1)', [struck.pid]);
          await untilGone(client, struck.pid);
        }
        await client.query('ROLLBACK');
        if (struck) return true;
      }
      return false;
    }),
});
