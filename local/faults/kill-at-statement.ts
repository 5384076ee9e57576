import type { KillPoint } from './kill.ts';
import { untilGone, untilOneWaits } from './waiting-session.ts';
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
/** The statement that is meant; others wait for the same lock. */
const writes = '%INSERT INTO%';

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
}: StatementPoint): KillPoint => ({
  name,
  strike: (over) =>
    withSuperuser(connect, async (client) => {
      await client.query('BEGIN');
      await client.query(`LOCK TABLE ${table} IN EXCLUSIVE MODE`);
      const struck = await untilOneWaits(client, writes, patienceMs, over, killInstance);
      if (struck && when === 'before') {
        await client.query('SELECT pg_terminate_backend($1)', [struck.pid]);
        await untilGone(client, struck.pid);
      }
      await client.query('ROLLBACK');
      if (!struck) return false;
      await untilGone(client, struck.pid);
      const { rows } = await client.query<{ count: string }>(countWritten, [struck.began]);
      const isWritten = Number(rows[0]?.count ?? 0) > 0;
      return isWritten === (when === 'after');
    }),
});
