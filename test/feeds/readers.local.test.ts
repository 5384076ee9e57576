import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { startFauxqs } from 'fauxqs';
import kinesalite from 'kinesalite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../feeds/account/digest.ts';
import { createGivenUpReader, createReadObject } from '../../feeds/readers/given-up.ts';
import { createParkedReader } from '../../feeds/readers/parked.ts';
import { createStreamsReader } from '../../feeds/readers/streams.ts';
import { collect } from './support/collect.ts';

const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const stream = 'millrace-test-market';
const sources = new Map([[stream, 'market']]);
const bytes = Buffer.from('the record');

const start = async () => {
  const streams: Server = kinesalite({ createStreamMs: 0 });
  streams.listen(0, '127.0.0.1');
  await once(streams, 'listening');
  // With a folder, as in the local run: what it writes there has limits of its own.
  const dataDir = await mkdtemp(join(tmpdir(), 'readers-'));
  const rest = await startFauxqs({
    port: 0,
    host: '127.0.0.1',
    logger: false,
    defaultRegion: settings.region,
    dataDir,
    s3StorageDir: join(dataDir, 'objects'),
  });
  const endpoint = (port: number): string => `http://127.0.0.1:${port}`;
  const kinesis = new KinesisClient({
    ...settings,
    endpoint: endpoint((streams.address() as AddressInfo).port),
    requestHandler: new NodeHttpHandler(),
  });
  const sqs = new SQSClient({ ...settings, endpoint: endpoint(rest.port) });
  const s3 = new S3Client({ ...settings, endpoint: endpoint(rest.port), forcePathStyle: true });
  return {
    kinesis,
    sqs,
    s3,
    stop: async () => {
      for (const client of [kinesis, sqs, s3]) client.destroy();
      await rest.stop();
      streams.close();
      await rm(dataDir, { recursive: true });
    },
  };
};

let services: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  services = await start();
});
afterAll(() => services.stop());

describe('reading streams again', () => {
  it('gives every record of every shard once, in the order of its shard, and a page for an empty shard', async () => {
    const { kinesis } = services;
    await kinesis.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 2 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const read = async () => collect(createStreamsReader(kinesis, sources, Date.now)());

    const empty = await read();
    expect(empty.map(({ shard, records }) => [shard, records.length])).toEqual([
      ['shardId-000000000000', 0],
      ['shardId-000000000001', 0],
    ]);

    const sent = Array.from({ length: 1_200 }, (_, n) => `record ${n}`);
    for (let from = 0; from < sent.length; from += 400) {
      const records = sent.slice(from, from + 400).map((text) => ({ PartitionKey: text, Data: Buffer.from(text) }));
      await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records: records }));
    }
    const pages = await read();
    expect(pages.every(({ source, stream: name }) => source === 'market' && name === stream)).toBe(true);
    expect(pages[0]?.keepsFrom).toBeLessThan(Date.now() - 23 * 3_600_000);
    const texts = pages.flatMap(({ records }) => records.map((record) => record.bytes.toString()));
    expect(texts.toSorted()).toEqual(sent.toSorted());
    for (const shard of ['shardId-000000000000', 'shardId-000000000001']) {
      const numbers = pages.flatMap((page) =>
        page.shard === shard ? page.records.map((r) => BigInt(r.sequenceNumber)) : [],
      );
      expect(numbers.length).toBeGreaterThan(400);
      expect(numbers.every((number, n) => n === 0 || number > (numbers[n - 1] ?? 0n))).toBe(true);
    }
  });
});

const parked = (n: number): string =>
  JSON.stringify({
    reason: 'undecodable',
    source: 'market',
    position: { stream, shard: 'shardId-000000000000', sequenceNumber: String(n) },
    arrivedAt: '2026-11-21T09:00:00.000Z',
    bytes: bytes.toString('base64'),
  });

const queueWith = async (count: number): Promise<string> => {
  const { QueueUrl: url = '' } = await services.sqs.send(
    new CreateQueueCommand({ QueueName: `parked-${randomUUID()}` }),
  );
  for (let from = 0; from < count; from += 10) {
    const entries = Array.from({ length: Math.min(10, count - from) }, (_, n) => ({
      Id: String(n),
      MessageBody: parked(from + n),
    }));
    await services.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }));
  }
  return url;
};

describe('looking into parked queues', () => {
  const look = async (...urls: string[]): Promise<string[]> => {
    const pages = await collect(createParkedReader(services.sqs, urls, createReadObject(services.s3))());
    return pages.flat().map(({ position }) => position.sequenceNumber);
  };

  it('sees every message of every queue once, and takes none away', async () => {
    const urls = [await queueWith(25), await queueWith(0), await queueWith(3)];
    const expected = [...Array.from({ length: 25 }, (_, n) => String(n)), '0', '1', '2'].toSorted();
    expect((await look(...urls)).toSorted()).toEqual(expected);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect((await look(...urls)).toSorted()).toEqual(expected);
  });

  it('puts back what it had seen when a message cannot be read', async () => {
    const url = await queueWith(4);
    await services.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: '0', MessageBody: 'hello' }] }),
    );
    await expect(look(url)).rejects.toThrow('is not JSON');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await expect(look(url)).rejects.toThrow('is not JSON');
    const { Attributes = {} } = await services.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    const all =
      Number(Attributes['ApproximateNumberOfMessages']) + Number(Attributes['ApproximateNumberOfMessagesNotVisible']);
    expect(all).toBe(5);
  });
});

describe('reading what was given up', () => {
  const givenUp = (n: number): string =>
    JSON.stringify({
      requestContext: { condition: 'RetryAttemptsExhausted' },
      payload: JSON.stringify({
        Records: [
          {
            eventID: `shardId-000000000000:${n}`,
            eventSourceARN: `arn:aws:kinesis:eu-west-1:000000000000:stream/${stream}`,
            kinesis: { sequenceNumber: String(n), data: bytes.toString('base64'), approximateArrivalTimestamp: 1 },
          },
        ],
      }),
    });

  it('finds every object that Lambda wrote, and nothing else in the bucket', async () => {
    const { s3 } = services;
    await s3.send(new CreateBucketCommand({ Bucket: 'give-ups' }));
    for (const n of [1, 2, 3]) {
      await s3.send(new PutObjectCommand({ Bucket: 'give-ups', Key: `aws/lambda/mapping/${n}`, Body: givenUp(n) }));
    }
    await s3.send(new PutObjectCommand({ Bucket: 'give-ups', Key: 'parked/1', Body: bytes }));
    const letters = (await collect(createGivenUpReader(s3, ['give-ups'], sources)())).flat();
    expect(letters.map(({ position, digest }) => [position.sequenceNumber, digest])).toEqual(
      ['1', '2', '3'].map((n) => [n, digestOf(bytes)]),
    );
  });

  it('reads an object, says that one is not there, and fails where the bucket is not', async () => {
    const readObject = createReadObject(services.s3);
    await expect(readObject('give-ups', 'parked/1')).resolves.toEqual(bytes);
    await expect(readObject('give-ups', 'parked/none')).resolves.toBeUndefined();
    await expect(readObject('no-such-bucket', 'key')).rejects.toThrow(/bucket/i);
  });
});
