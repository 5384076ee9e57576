import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates, type Certificates } from '../../../local/services/certificates.ts';
import { startPostgres, type RunningPostgres } from '../../../local/services/postgres.ts';

let dir: string;
let certificates: Certificates;
let server: RunningPostgres;
let ca: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-postgres-'));
  await chmod(dir, 0o755);
  certificates = await makeCertificates(join(dir, 'certificates'));
  server = await startPostgres({ dataDir: join(dir, 'kept'), certificates });
  ca = await readFile(certificates.caFile, 'utf8');
  const admin = await server.admin();
  await admin.query(`
    CREATE ROLE rds_iam NOLOGIN; CREATE ROLE rds_superuser NOLOGIN;
    CREATE ROLE iam_user LOGIN; GRANT rds_iam TO iam_user;
    CREATE ROLE owner LOGIN PASSWORD 'right'; GRANT rds_iam, rds_superuser TO owner;
    CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)`);
  await admin.end();
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});

const connect = async (config: pg.ClientConfig): Promise<string> => {
  const client = new pg.Client({ host: server.host, port: server.port, database: 'postgres', ssl: { ca }, ...config });
  try {
    await client.connect();
    const { rows } = await client.query<{ me: string }>('SELECT current_user AS me');
    return rows[0]?.me ?? '';
  } finally {
    await client.end().catch(() => {});
  }
};

describe('the local PostgreSQL', () => {
  it('lets an IAM user in over TLS, with any token', async () => {
    expect(await connect({ user: 'iam_user', password: 'a token' })).toBe('iam_user');
  });

  it('lets nobody in without TLS, nor with a certificate of another authority', async () => {
    await expect(connect({ user: 'iam_user', ssl: false })).rejects.toThrow(/no encryption|pg_hba/);
    await expect(connect({ user: 'iam_user', ssl: { rejectUnauthorized: true } })).rejects.toThrow(/certificate/);
  });

  it('checks the password of the owner, though it may hand out rds_iam', async () => {
    expect(await connect({ user: 'owner', password: 'right' })).toBe('owner');
    await expect(connect({ user: 'owner', password: 'wrong' })).rejects.toThrow(/password/);
  });

  it('keeps its data, and its password, over a restart', async () => {
    await server.stop();
    server = await startPostgres({ dataDir: join(dir, 'kept'), certificates });
    const admin = await server.admin();
    expect((await admin.query('SELECT n FROM kept')).rows).toEqual([{ n: 7 }]);
    await admin.end();
    expect(server.serverMajor).toBe(17);
  });

  it('says which port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startPostgres({ dataDir: join(dir, 'never'), certificates, port })).rejects.toThrow(
      `port ${port} for PostgreSQL cannot be had (EADDRINUSE)`,
    );
    other.close();
  });

  it('says why it does not start', async () => {
    const settings = { shared_buffers: 'nonsense' };
    await expect(startPostgres({ dataDir: join(dir, 'broken'), certificates, settings })).rejects.toThrow(
      /PostgreSQL ended with status 1.*shared_buffers/s,
    );
  });

  it('ends when whoever started it is killed', async () => {
    const script = join(dir, 'starter.ts');
    const root = new URL('../../../', import.meta.url).href;
    await writeFile(
      script,
      `import { startPostgres } from '${root}local/services/postgres.ts';
       const { port } = await startPostgres({ dataDir: ${JSON.stringify(join(dir, 'orphan'))}, certificates: ${JSON.stringify(certificates)} });
       process.send({ port });`,
    );
    const starter = fork(script);
    const [{ port }] = (await once(starter, 'message')) as [{ port: number }];
    const dead = async (): Promise<boolean> => {
      const client = new pg.Client({ host: '127.0.0.1', port, user: 'nobody', database: 'postgres', ssl: { ca } });
      const error = await client.connect().then(
        () => undefined,
        (reason: unknown) => reason as NodeJS.ErrnoException,
      );
      return error?.code === 'ECONNREFUSED';
    };
    expect(await dead()).toBe(false);
    starter.kill('SIGKILL');
    await expect.poll(dead, { timeout: 10_000 }).toBe(true);
  });
});
