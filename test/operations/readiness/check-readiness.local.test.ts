import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../../bin/local/synthesize.ts';
import type { Readiness } from '../../../lambdas/operations/readiness/readiness.ts';
import { startLocal, type LocalRun } from '../../../local/run.ts';

const functionName = 'millrace-local-operations-check-readiness';

let dir: string;
let run: LocalRun;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-readiness-'));
  await chmod(dir, 0o755);
  const assemblyDir = join(dir, 'cdk.out');
  await synthesize(assemblyDir, new AbortController().signal);
  run = await startLocal({ assemblyDir, dataDir: join(dir, 'data'), progress: () => {} });
});
afterAll(async () => {
  await run.stop();
  await rm(dir, { recursive: true });
});

const ask = async (): Promise<Readiness> => {
  const result = await run.world.functions.invoke(functionName, {});
  if (!('payload' in result)) throw new Error('error' in result ? result.message : result.throttled);
  return result.payload as Readiness;
};

describe('the readiness of a local run', () => {
  it('is there after the deploy: the bundle, as deployed, reaches everything as its own user', async () => {
    const answer = await ask();
    expect(answer.dependencies.filter(({ ok }) => !ok)).toEqual([]);
    expect(new Set(answer.dependencies.map(({ kind }) => kind))).toEqual(
      new Set(['database', 'table', 'queue', 'registry', 'bucket']),
    );
    expect(answer.sources.map(({ source }) => source)).toContain('market');
    expect(answer.sources.filter(({ ok, lagMs }) => !ok || lagMs !== 'no records')).toEqual([]);
    expect(answer.ready).toBe(true);
  });

  it('goes when one mapping is switched off, and comes back with it', async () => {
    const mapping = run.world.pollers.list().find(({ functionArn }) => functionArn.endsWith('-enrichment-market'));
    run.world.pollers.setEnabled(mapping?.uuid ?? '', false);
    const off = await ask();
    expect(off.ready).toBe(false);
    expect(off.sources.filter(({ ok }) => !ok).map(({ problem }) => problem)).toEqual([
      'its mapping is Disabled: what arrives waits in the stream until the mapping is enabled',
    ]);
    run.world.pollers.setEnabled(mapping?.uuid ?? '', true);
    expect((await ask()).ready).toBe(true);
  });

  it('goes while the database only reads, within its time', async () => {
    const admin = await run.world.postgres.admin();
    await admin.query('ALTER DATABASE millrace SET default_transaction_read_only = on');
    const startedAt = performance.now();
    const readOnly = await ask();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    await admin.query('ALTER DATABASE millrace RESET default_transaction_read_only');
    await admin.end();
    expect(readOnly.dependencies.filter(({ ok }) => !ok)).toEqual([
      expect.objectContaining({ kind: 'database', problem: expect.stringContaining('only reads') }),
    ]);
  });
});
