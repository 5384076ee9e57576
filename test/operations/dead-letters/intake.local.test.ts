import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../../bin/local/synthesize.ts';
import { createDeadLettersReader } from '../../../feeds/readers/dead-letters.ts';
import type { DeadLetter } from '../../../feeds/account/evidence.ts';
import { createDeadLetterStore } from '../../../lambdas/shared/dead-letters/dead-letter-store.ts';
import { createClients } from '../../../local/resources/clients.ts';
import { startLocal, type LocalRun } from '../../../local/run.ts';
import { collect } from '../../feeds/support/collect.ts';
import { failedAt, giveUp, idOf, parkedMessage } from './support/deliveries.ts';

const foundation = 'millrace-local-foundation';
const stream = 'millrace-local-market';

let dir: string;
let run: LocalRun;
let clients: ReturnType<typeof createClients>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-intake-'));
  await chmod(dir, 0o755);
  await synthesize(join(dir, 'cdk.out'), new AbortController().signal);
  run = await startLocal({ assemblyDir: join(dir, 'cdk.out'), dataDir: join(dir, 'data'), progress: () => {} });
  clients = createClients(run.world.endpoints, run.world.region);
}, 120_000);
afterAll(async () => {
  clients.destroy();
  await run.stop();
  await rm(dir, { recursive: true });
});

const letters = async (): Promise<DeadLetter[]> =>
  (
    await collect(
      createDeadLettersReader(clients.dynamodb, clients.s3, run.deployed.output(foundation, 'DeadLetterTableName'))(),
    )
  ).flat();
const numbers = async (): Promise<number[]> =>
  (await letters()).map(({ position }) => Number(position.sequenceNumber)).toSorted((a, b) => a - b);

/** Everything that the queue takes in one call, twice over. */
const park = async (...all: readonly number[]): Promise<void> => {
  const queue = run.world.endpoints.sqs.concat('/', run.world.accountId, '/millrace-local-parked');
  const entries = all.map((n, index) => ({ Id: String(index), MessageBody: JSON.stringify(parkedMessage(stream, n)) }));
  for (const Entries of [entries, entries]) {
    await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
  }
};

describe('the deployed intake', () => {
  it('takes what was parked and what was given up from their queues into the table, each once', async () => {
    await park(1, 2, 3);
    const bucket = run.deployed.output(foundation, 'GiveUpsBucketName');
    const large = (n: number): Buffer => (n === 13 ? Buffer.alloc(500_000, 1) : Buffer.from(`record ${n}`));
    await clients.s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: 'aws/lambda/mapping/shardId-000000000000/2026/11/21/2026-11-21T08.00.00-a',
        Body: giveUp(stream, [11, 12, 13], large),
      }),
    );
    await expect.poll(numbers, { timeout: 30_000 }).toEqual([1, 2, 3, 11, 12, 13]);
    const found = await letters();
    expect(found.map(({ via, reason }) => `${via} ${reason}`).toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'given-up RetryAttemptsExhausted'),
      ...Array.from({ length: 3 }, () => 'parked broken-rule'),
    ]);
    expect(found.every(({ source, digest }) => source === 'market' && digest !== undefined)).toBe(true);
  });

  it('fills the index that lists are read from', async () => {
    const store = createDeadLetterStore(clients, run.deployed.output(foundation, 'DeadLetterTableName'));
    const selection = { sources: ['market'], from: failedAt, to: failedAt + 1, reason: 'broken-rule' };
    const listed: string[] = [];
    for await (const { id } of store.list(selection)) listed.push(id);
    expect(listed).toEqual([3, 2, 1].map((n) => idOf(stream, n)));
  });
});
