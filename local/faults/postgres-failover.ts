import type { Fault } from './fault.ts';
import { withSuperuser, type ConnectSuperuser } from './with-superuser.ts';

/**
 * What clients see of a failover: every connection is cut, and for a while they come to a server that only reads
 * (SQLSTATE 25006).
 */
export const postgresFailover = (connect: ConnectSuperuser): Fault => {
  let cut = 0;
  return {
    name: 'postgres-failover',
    begin: () =>
      withSuperuser(connect, async (client) => {
        await client.query('ALTER SYSTEM SET default_transaction_read_only = on');
        await client.query('SELECT pg_reload_conf()');
        const { rowCount } = await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
        );
        cut = rowCount ?? 0;
      }),
    end: () =>
      withSuperuser(connect, async (client) => {
        await client.query('ALTER SYSTEM RESET default_transaction_read_only');
        await client.query('SELECT pg_reload_conf()');
      }),
    counts: () => [{ what: 'connections cut', count: cut, must: true }],
  };
};
