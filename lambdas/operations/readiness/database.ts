import type { Database } from '../../shared/database/connection.ts';
import { MisconfiguredError } from '../../shared/errors/platform-error.ts';

/**
 * Logs in and runs a statement. The connection is for this once: a login proves token, certificate, user and a free
 * place, which a connection from before does not.
 * @throws MisconfiguredError where the server only reads, else what the driver threw
 */
export const useDatabase = async (database: Database, timeoutMs: number): Promise<void> => {
  try {
    const [row] = await database.query<{ writable: boolean }>(
      `SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS writable`,
      [],
      timeoutMs,
    );
    if (row?.writable !== true) {
      throw new MisconfiguredError(
        'database',
        'only reads: it is a standby or set to read-only; wait for the failover to end',
      );
    }
  } finally {
    await database.close();
  }
};
