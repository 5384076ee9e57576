import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { makeCertificates } from '../../local/services/certificates.ts';
import { startPostgres } from '../../local/services/postgres.ts';

/** One real PostgreSQL for all database tests of a run; each test file makes a database of its own in it. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-test-'));
  await chmod(dir, 0o755); // as root, the server runs as another user, who must be able to walk in
  const server = await startPostgres({
    dataDir: join(dir, 'postgres'),
    certificates: await makeCertificates(join(dir, 'certificates')),
  });
  const admin = await server.admin();
  await admin.query('CREATE ROLE rds_iam NOLOGIN; CREATE ROLE rds_superuser NOLOGIN');
  await admin.end();
  project.provide('postgres', { host: server.host, port: server.port, caFile: server.caFile, ...server.superuser });
  return async () => {
    await server.stop();
    await rm(dir, { recursive: true });
  };
};
