import { Signer } from '@aws-sdk/rds-signer';
import pg from 'pg';
import { faultOf } from './sqlstate.ts';

/** Where the database is, and as whom we come: an IAM database user. */
export interface DatabaseConfig {
  readonly AWS_REGION: string;
  readonly DATABASE_HOST: string;
  readonly DATABASE_PORT: number;
  readonly DATABASE_NAME: string;
  readonly DATABASE_USER: string;
}

/** The one thing the stores need of a driver. Statements are unnamed and autocommitted: no session state is kept. */
export interface Database {
  /**
   * @param timeoutMs - how long to wait for a connection and the answer; after it the connection is thrown away, for what the server
   * does with the statement is then unknown
   */
  query<Row>(text: string, values: readonly unknown[], timeoutMs: number): Promise<Row[]>;
  close(): Promise<void>;
}

/** One connection an instance, opened at first use and again after it was lost. @param open - makes a connected client */
export const createDatabase = (open: (timeoutMs: number) => Promise<pg.Client>): Database => {
  let current: Promise<pg.Client> | undefined;

  const connected = (timeoutMs: number): Promise<pg.Client> => {
    if (current) return current;
    const opening = open(timeoutMs).then((client) => {
      // An idle connection that the server cuts emits 'error'; without a listener that would end the process.
      client.on('error', () => forget(opening));
      client.on('end', () => forget(opening));
      return client;
    });
    opening.catch(() => forget(opening));
    current = opening;
    return opening;
  };
  const forget = (which: Promise<pg.Client>): void => {
    if (current === which) current = undefined;
  };

  return {
    query: async <Row>(text: string, values: readonly unknown[], timeoutMs: number): Promise<Row[]> => {
      const startedAt = performance.now();
      const opening = connected(timeoutMs);
      const client = await opening;
      // What connecting took is no longer there for the statement.
      const left = Math.max(1, Math.ceil(timeoutMs - (performance.now() - startedAt)));
      try {
        const result = await client.query({ text, values: [...values], query_timeout: left } as pg.QueryConfig);
        return result.rows as Row[];
      } catch (error) {
        if (!isUsableAfter(error)) {
          forget(opening);
          // It is being thrown away: how its ending goes no longer matters, and waiting for it could hang.
          client.end().catch(() => {});
        }
        throw error;
      }
    },
    close: async () => {
      const closing = current;
      current = undefined;
      if (closing) await (await closing).end();
    },
  };
};

/**
 * One record's fault and a deadlock leave the connection as good as it was. After anything else it is thrown away: a
 * FATAL error ends it, no answer leaves it unknown, and after a failover it may lead to a server that only reads.
 */
const isUsableAfter = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  error.severity === 'ERROR' &&
  (faultOf(error) === 'record' || error.code?.startsWith('40') === true);

/** Connects over TLS with a short-lived IAM token. The certificate authority comes with NODE_EXTRA_CA_CERTS. */
export const connectWithIam = (config: DatabaseConfig): Database => {
  const signer = new Signer({
    hostname: config.DATABASE_HOST,
    port: config.DATABASE_PORT,
    username: config.DATABASE_USER,
    region: config.AWS_REGION,
  });
  return createDatabase(async (timeoutMs) => {
    const client = new pg.Client({
      host: config.DATABASE_HOST,
      port: config.DATABASE_PORT,
      database: config.DATABASE_NAME,
      user: config.DATABASE_USER,
      password: () => signer.getAuthToken(),
      ssl: { rejectUnauthorized: true },
      keepAlive: true,
      connectionTimeoutMillis: timeoutMs,
    });
    await client.connect();
    return client;
  });
};
