import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../../bin/local/synthesize.ts';
import { createDeadLettersReader } from '../../../feeds/readers/dead-letters.ts';
import type { Look } from '../../../lambdas/operations/holds/look-at-source.ts';
import { createHoldStore, type HoldStore } from '../../../lambdas/shared/holds/hold-store.ts';
import { createClients } from '../../../local/resources/clients.ts';
import { startLocal, type LocalRun } from '../../../local/run.ts';
import { collect } from '../../feeds/support/collect.ts';

const source = 'market';
const stream = 'millrace-local-market';

let dir: string;
let run: LocalRun;
let clients: ReturnType<typeof createClients>;
let holds: HoldStore;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-holds-'));
  await chmod(dir, 0o755);
  await synthesize(join(dir, 'cdk.out'), new AbortController().signal);
  run = await startLocal({ assemblyDir: join(dir, 'cdk.out'), dataDir: join(dir, 'data'), progress: () => {} });
  clients = createClients(run.world.endpoints, run.world.region);
  holds = createHoldStore(clients.dynamodb, 'millrace-local-controls');
}, 120_000);
afterAll(async () => {
  clients.destroy();
  await run.stop();
  await rm(dir, { recursive: true });
});

/** As an operator's command does. */
const keep = async (): Promise<Look | undefined> => {
  const result = await run.world.functions.invoke('millrace-local-operations-keep-holds', { source });
  if (!('payload' in result)) throw new Error(JSON.stringify(result));
  return (result.payload as { looks: Look[] }).looks[0];
};
const isRead = (): boolean | undefined =>
  run.world.pollers.list().find(({ functionArn }) => functionArn.endsWith(`-enrichment-${source}`))?.enabled;
const step = (why: string) => ({ source, by: 'a test', why, at: new Date().toISOString() });
const deadLetters = async (): Promise<number> => {
  const table = run.deployed.output('millrace-local-foundation', 'DeadLetterTableName');
  return (await collect(createDeadLettersReader(clients.dynamodb, clients.s3, table)())).flat().length;
};
const putJunk = (count: number) =>
  clients.kinesis.send(
    new PutRecordsCommand({
      StreamName: stream,
      Records: Array.from({ length: count }, (_, n) => ({ Data: Buffer.from(`junk ${n}`), PartitionKey: 'p' })),
    }),
  );
const countOf = (name: string): number =>
  run.world.metrics
    .list({ namespace: 'Millrace', name, dimensions: { source } })
    .reduce((sum, metric) => sum + run.world.metrics.total(metric), 0);

describe('the deployed keeper', () => {
  it('switches the mapping off while an operator holds a source, and on again', async () => {
    expect(await holds.place({ ...step('a test'), cause: 'operator', reason: 'operator', from: {} })).toBe(true);
    await keep();
    expect(isRead()).toBe(false);
    await holds.release({ ...step('done'), number: 1 });
    await expect.poll(async () => [(await keep())?.standing, isRead()], { timeout: 20_000 }).toEqual([false, true]);
  });

  it('finds nothing in the way of an outage that is over, by the real function and every real dependency', async () => {
    await holds.place({ ...step('a test'), cause: 'outage', reason: 'store', from: {} });
    await expect.poll(async () => (await keep())?.standing, { timeout: 30_000, interval: 1_000 }).toBe(false);
    expect(
      (await holds.read(source))?.history.find(({ did, why }) => did === 'released' && why.includes('store ok')),
    ).toMatchObject({
      by: 'millrace-local-operations-keep-holds',
    });
    await expect.poll(() => countOf('ProbesDropped'), { timeout: 20_000 }).toBeGreaterThan(0);
    expect(await deadLetters()).toBe(0);
    await expect.poll(isRead).toBe(true);
  });

  it('keeps a storm of rejects out of the dead letters, until an operator accepts them', async () => {
    const before = (await holds.read(source))?.number ?? 0;
    await putJunk(60);
    await expect
      .poll(async () => holds.read(source), { timeout: 30_000 })
      .toMatchObject({ number: before + 1, standing: true, cause: 'rejects', reason: 'foreign-frame' });
    expect(await keep()).toMatchObject({ standing: true });
    expect(isRead()).toBe(false);
    const from = (await holds.read(source))?.from ?? {};
    expect(Object.keys(from)).toHaveLength(1);
    expect(await deadLetters()).toBe(0);

    const parkUntil = new Date(Date.now() + 60_000).toISOString();
    await holds.release({ ...step('they are junk'), number: before + 1, parkUntil });
    await expect.poll(async () => (await keep())?.standing === false && isRead(), { timeout: 20_000 }).toBe(true);
    await expect.poll(deadLetters, { timeout: 60_000 }).toBe(60);
    expect(await holds.read(source)).toMatchObject({ number: before + 1, standing: false });
  });
});
