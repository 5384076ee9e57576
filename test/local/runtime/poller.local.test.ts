import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStreamCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClients, type Clients } from '../../../local/resources/clients.ts';
import { createPollerHost, type RunningPollers } from '../../../local/runtime/poller/poller-host.ts';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import { startNodeService } from '../../../local/services/process/node-service.ts';
import { Teardown } from '../../../local/teardown.ts';
import type { BatchReport, KinesisMapping } from '../../../local/world.ts';
import { functionsInMemory } from '../support/test-world.ts';

interface Event {
  readonly Records: { readonly kinesis: { readonly data: string; readonly sequenceNumber: string } }[];
}

let dir: string;
let clients: Clients;
const teardown = new Teardown();
const texts = ({ Records }: Event): string[] =>
  Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-poller-'));
  teardown.add(() => rm(dir, { recursive: true }));
  const kinesis = await startNodeService('kinesalite', 'kinesalite.ts', join(dir, 'kinesis'));
  teardown.add(() => kinesis.stop());
  const objects = await startNodeService('fauxqs', 'fauxqs.ts', join(dir, 'objects'));
  teardown.add(() => objects.stop());
  const { endpoint } = kinesis;
  const none = { dynamodb: '', glue: '', secretsmanager: '', scheduler: '', monitoring: '', lambda: '' };
  clients = createClients({ kinesis: endpoint, sqs: objects.endpoint, s3: objects.endpoint, ...none }, 'eu-west-1');
  teardown.add(() => clients.destroy());
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'give-ups' }));
});
afterAll(() => teardown.run());

const mapping = (stream: string, overrides: Partial<KinesisMapping> = {}): KinesisMapping => ({
  uuid: `mapping-${stream}`,
  functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:consumer',
  streamArn: `arn:aws:kinesis:eu-west-1:000000000000:stream/${stream}`,
  enabled: true,
  batchSize: 3,
  batchingWindowMs: 0,
  bisect: false,
  maxAttempts: 2,
  maxAgeMs: 60_000,
  parallelization: 1,
  startingPosition: 'TRIM_HORIZON',
  reportBatchItemFailures: true,
  onFailureArn: 'arn:aws:s3:::give-ups',
  ...overrides,
});

const fill = async (
  stream: string,
  ...records: (string | { readonly key: string; readonly text: string })[]
): Promise<void> => {
  await clients.kinesis.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 1 })).catch(() => {});
  await expect
    .poll(() =>
      clients.kinesis
        .send(
          new PutRecordsCommand({
            StreamName: stream,
            Records: records.map((record) => {
              const { key, text } = typeof record === 'string' ? { key: 'p', text: record } : record;
              return { PartitionKey: key, Data: Buffer.from(text) };
            }),
          }),
        )
        .then(({ FailedRecordCount }) => FailedRecordCount, String),
    )
    .toBe(0);
};

/** Polls until `done`; tells what the function was given, and every batch. */
const poll = async (
  given: KinesisMapping,
  consume: (event: Event) => object | null | undefined,
  done: (world: {
    readonly seen: string[][];
    readonly batches: BatchReport[];
    readonly complaints: string[];
    readonly pollers: RunningPollers;
  }) => boolean,
) => {
  const seen: string[][] = [];
  const batches: BatchReport[] = [];
  const complaints: string[] = [];
  const functions = functionsInMemory(() => (payload) => {
    seen.push(texts(payload as Event));
    return consume(payload as Event);
  });
  functions.define({ name: 'consumer', arn: given.functionArn } as never);
  const metrics = createMetricsStore();
  const pollers = createPollerHost({
    ...clients,
    functions,
    metrics,
    region: 'eu-west-1',
    dataDir: dir,
    complain: (message) => complaints.push(message),
  });
  pollers.add(given);
  pollers.onBatch((batch) => batches.push(batch));
  await pollers.start();
  await expect.poll(() => done({ seen, batches, complaints, pollers }), { timeout: 15_000 }).toBe(true);
  const progress = pollers.progress(given.uuid);
  await pollers.stop();
  return { seen, batches, complaints, progress, metrics };
};

interface GiveUpObject {
  readonly payload: string;
  readonly requestContext: object;
  readonly responseContext?: object;
  readonly KinesisBatchInfo: object;
}

/** What a mapping has given up so far. */
const objectsOf = async (uuid: string): Promise<GiveUpObject[]> => {
  const Bucket = 'give-ups';
  const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix: `aws/lambda/${uuid}/` }));
  return Promise.all(
    Contents.map(async ({ Key = '' }) => {
      const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
      return JSON.parse((await Body?.transformToString()) ?? '') as GiveUpObject;
    }),
  );
};

const from = ({ Records }: Event, text: string): object => ({
  batchItemFailures: Records.filter(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString() === text).map(
    ({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber }),
  ),
});

describe('a poller of a real stream', () => {
  it('delivers every record in order, in batches, and goes on from there in the next run', async () => {
    await fill('order', 'a', 'b', 'c', 'd');
    const first = await poll(
      mapping('order'),
      () => null,
      ({ pollers }) => (pollers.progress('mapping-order')[0]?.emptyAt ?? 0) > 0,
    );
    expect(first.seen).toEqual([['a', 'b', 'c'], ['d']]);
    expect(first.batches.map(({ outcome }) => outcome)).toEqual(['finished', 'finished']);
    expect(new Set(first.metrics.list({ namespace: 'AWS/Lambda' }).map(({ name }) => name))).toEqual(
      new Set(['PolledEventCount', 'InvokedEventCount', 'IteratorAge']),
    );
    await fill('order', 'e');
    const second = await poll(
      mapping('order'),
      () => null,
      ({ seen }) => seen.length > 0,
    );
    expect(second.seen).toEqual([['e']]);
  });

  it('tries again from the record that the function names, and moves on when it is done', async () => {
    await fill('partial', 'a', 'b', 'c');
    let tries = 0;
    const { seen } = await poll(
      mapping('partial'),
      (event) => (tries++ === 0 ? from(event, 'b') : null),
      (world) => world.seen.length === 2,
    );
    expect(seen).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
  });

  it('gives up after its attempts, keeps the records in the bucket, and does not stop the shard', async () => {
    await fill('poison', 'a', 'b', 'c', 'd');
    const { seen, batches, progress } = await poll(
      mapping('poison'),
      (event) => from(event, 'b'),
      (world) => world.seen.some(([first]) => first === 'd'),
    );
    expect(seen).toEqual([['a', 'b', 'c'], ['b', 'c'], ['b', 'c'], ['d']]);
    expect(batches.map(({ failures }) => failures).slice(0, 3)).toEqual([1, 2, 3]);
    expect(batches.map(({ outcome }) => outcome).slice(0, 3)).toEqual(['partly', 'failed', 'given-up']);
    expect(progress.length).toBe(1);

    const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket: 'give-ups' }));
    expect(Contents.length).toBe(1);
    const key = Contents[0]?.Key ?? '';
    expect(key).toMatch(
      /^aws\/lambda\/mapping-poison\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    const [object] = (await objectsOf('mapping-poison')) as [GiveUpObject];
    expect(object.requestContext).toMatchObject({ condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 });
    expect(object.responseContext).toMatchObject({ functionError: null });
    expect(object.KinesisBatchInfo).toMatchObject({ shardId: 'shardId-000000000000', batchSize: 2 });
    expect(texts(JSON.parse(object.payload) as Event)).toEqual(['b', 'c']);
  });

  it('gives up what is too old without calling the function', async () => {
    await fill('old', 'a');
    const { seen, batches } = await poll(
      mapping('old', { maxAgeMs: 0 }),
      () => null,
      (world) => world.batches.length > 0,
    );
    expect(seen).toEqual([]);
    expect(batches[0]).toMatchObject({ outcome: 'given-up', failures: 0, records: 1 });
    await expect.poll(() => objectsOf('mapping-old')).toHaveLength(1);
    const [object] = await objectsOf('mapping-old');
    expect(object?.requestContext).toMatchObject({
      condition: 'RecordAgeExceeded',
      approximateInvokeCount: 1,
      requestId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string,
    });
    expect(object).not.toHaveProperty('responseContext');
  });

  it('reads nothing while it is disabled, and goes on when it is enabled', async () => {
    await fill('paused', 'a');
    let enabled = false;
    const given = mapping('paused', { enabled: false });
    const { seen } = await poll(
      given,
      () => null,
      ({ seen, pollers }) => {
        if (!enabled && seen.length === 0) {
          enabled = pollers.list()[0]?.enabled === false;
          pollers.setEnabled(given.uuid, true);
        }
        return seen.length > 0;
      },
    );
    expect(seen).toEqual([['a']]);
  });

  it('complains when the bucket cannot take a give-up, and has it delivered again in the next run', async () => {
    await fill('no-bucket', 'a');
    const given = mapping('no-bucket', { onFailureArn: 'arn:aws:s3:::nowhere', maxAttempts: 0 });
    const { complaints, seen } = await poll(
      given,
      (event) => from(event, 'a'),
      (world) => world.complaints.length > 0,
    );
    expect(complaints).toEqual([
      expect.stringMatching(/^consumer shardId-000000000000: the destination takes no give-up/),
    ]);
    expect(seen).toEqual([['a']]);
    const next = await poll(
      given,
      () => null,
      (world) => world.seen.length > 0,
    );
    expect(next.seen).toEqual([['a']]);
  });

  it('splits a batch that breaks its function, until the record that breaks it is alone in the bucket', async () => {
    await fill('bisected', 'a', 'b', 'c', 'poison', 'e', 'f');
    const done: string[] = [];
    const { batches } = await poll(
      mapping('bisected', { bisect: true, batchSize: 6, maxAttempts: 1 }),
      (event) => {
        if (texts(event).includes('poison')) throw new Error('on purpose');
        done.push(...texts(event));
        return null;
      },
      () => done.includes('f'),
    );
    expect(done).toEqual(['a', 'b', 'c', 'e', 'f']);
    expect(batches.filter(({ outcome }) => outcome === 'split')).toHaveLength(3);
    const objects = await objectsOf('mapping-bisected');
    expect(objects.map(({ payload }) => texts(JSON.parse(payload) as Event))).toEqual([['poison']]);
    expect(objects[0]?.responseContext).toMatchObject({ functionError: 'Unhandled' });
  });

  it('reads a shard in lanes: what one is stuck with holds up no other, and comes again in the next run', async () => {
    const keys = Array.from({ length: 12 }, (_, n) => `key-${n}`);
    await fill('lanes', ...keys.map((key) => ({ key, text: key })));
    const given = mapping('lanes', { parallelization: 4, maxAttempts: -1, batchSize: 12 });
    const stuck = ({ Records }: Event): object | null =>
      texts({ Records }).includes('key-0') ? from({ Records }, 'key-0') : null;
    const first = await poll(
      given,
      stuck,
      ({ batches }) => batches.filter(({ failures }) => failures === 0).length === 3,
    );
    expect(new Set(first.seen.flat())).toEqual(new Set(keys));
    expect(first.progress[0]).toMatchObject({ checkpoint: undefined, emptyAt: 0 });
    const next = await poll(
      given,
      () => null,
      ({ pollers }) => (pollers.progress(given.uuid)[0]?.emptyAt ?? 0) > 0,
    );
    expect(new Set(next.seen.flat())).toEqual(new Set(keys));
  });
});
