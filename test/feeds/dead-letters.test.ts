import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '../../feeds/account/account.ts';
import { digestOf } from '../../feeds/account/digest.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { createDeadLettersReader } from '../../feeds/readers/dead-letters.ts';
import { indexKeys, type DeadLetterEntry } from '../../lambdas/shared/dead-letters/entry.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { collect } from './support/collect.ts';

const stream = 'millrace-test-market';
const shard = 'shardId-000000000000';
const bytesOf = (n: number): Buffer => Buffer.from(`record ${n}`);
const arrived = '2026-11-21T08:00:00.000Z';

let aws: AwsServices;
beforeEach(async () => {
  aws = await startAwsServices();
});
afterEach(() => aws.stop());

const entry = (n: number, overrides: Partial<DeadLetterEntry> = {}): DeadLetterEntry => ({
  id: `${stream}/${shard}/${n}`,
  source: 'market',
  stream,
  shard,
  sequenceNumber: String(n),
  via: 'parked',
  reason: 'undecodable',
  stage: 'decode',
  errorClass: 'RejectedRecordError',
  message: 'is not Avro',
  schemaId: null,
  correlationId: null,
  arrivedAt: arrived,
  failedAt: '2026-11-21T08:00:00.040Z',
  takenInAt: '2026-11-21T08:00:00.125Z',
  size: bytesOf(n).length,
  attempts: 1,
  status: 'waiting',
  expiresAt: 2_000_000_000,
  bytes: bytesOf(n),
  ...overrides,
});
const put = async (...entries: readonly DeadLetterEntry[]): Promise<void> => {
  const documents = DynamoDBDocumentClient.from(aws.dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  for (const item of entries) {
    await documents.send(new PutCommand({ TableName: 'dead-letters', Item: { ...item, ...indexKeys(item) } }));
  }
};
const reader = () => createDeadLettersReader(aws.dynamodb, aws.s3, 'dead-letters');

/** Of a stream of so many records, none of which is an event: each has to be a dead letter. */
const accountOf = (records: number): Promise<Account> =>
  takeAccount({
    readStreams: async function* () {
      const all = Array.from({ length: records }, (_, n) => ({
        sequenceNumber: String(n),
        bytes: bytesOf(n),
        arrivedAt: Date.parse(arrived),
      }));
      yield { source: 'market', stream, shard, keepsFrom: 0, records: all };
    },
    readStored: async function* () {},
    readDeadLetters: reader(),
    readHeld: async function* () {},
    identify: (all) => Promise.resolve(all.map(() => undefined)),
  });

describe('the dead letters of an account', () => {
  it('come from the table, with the time that each took to get there', async () => {
    await put(entry(1), entry(2, { via: 'given-up', reason: 'RetryAttemptsExhausted' }));
    const letters = (await collect(reader()())).flat().toSorted((a, b) => (a.reason < b.reason ? -1 : 1));
    expect(letters).toEqual([
      {
        source: 'market',
        position: { stream, shard, sequenceNumber: '2' },
        reason: 'RetryAttemptsExhausted',
        arrivedAt: Date.parse(arrived),
        failedAt: Date.parse('2026-11-21T08:00:00.040Z'),
        takenInAt: Date.parse(arrived) + 125,
        via: 'given-up',
        digest: digestOf(bytesOf(2)),
      },
      expect.objectContaining({ via: 'parked', reason: 'undecodable', digest: digestOf(bytesOf(1)) }),
    ]);
  });

  it('are read to the end of a table of more than a page', async () => {
    const large = Buffer.alloc(300_000, 1);
    await put(...Array.from({ length: 9 }, (_, n) => entry(n, { bytes: large })));
    const pages = await collect(reader()());
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toHaveLength(9);
  });

  it('are compared by the bytes in the bucket where those are there', async () => {
    const bytesAt = { bucket: 'dead-letters', key: 'parked/0' };
    await put(entry(0, { bytes: undefined, bytesAt }));
    await aws.s3.send(new PutObjectCommand({ Bucket: bytesAt.bucket, Key: bytesAt.key, Body: bytesOf(0) }));
    expect((await accountOf(1)).balances).toBe(true);
    await aws.s3.send(new PutObjectCommand({ Bucket: bytesAt.bucket, Key: bytesAt.key, Body: 'other bytes' }));
    expect((await accountOf(1)).sources[0]?.faults).toEqual({ bytesDiffer: 1 });
    await aws.s3.send(new DeleteObjectCommand({ Bucket: bytesAt.bucket, Key: bytesAt.key }));
    expect((await accountOf(1)).sources[0]?.faults).toEqual({ bytesDiffer: 1 });
  });

  it('balance when each record has its entry, and not before', async () => {
    await put(entry(0), entry(1));
    expect((await accountOf(2)).balances).toBe(true);
    // Still in the queue: not yet a dead letter.
    expect((await accountOf(3)).sources[0]?.faults).toEqual({ lost: 1 });
    await put(entry(2));
    expect((await accountOf(3)).sources[0]?.classes).toMatchObject({ deadLetter: 3, lost: 0 });
  });

  it('turn the account red where an intake wrote what it should not', async () => {
    await put(entry(0, { bytes: Buffer.from('other bytes') }), entry(7));
    expect((await accountOf(1)).sources[0]?.faults).toEqual({ bytesDiffer: 1, phantomDeadLetter: 1 });
  });

  it('are no evidence under the name of another', async () => {
    await put(entry(0, { id: `${stream}/${shard}/1` }));
    await expect(accountOf(1)).rejects.toThrow(`the dead letter ${stream}/${shard}/1 says it is ${stream}/${shard}/0`);
  });

  it('name an item that no intake wrote', async () => {
    await aws.dynamodb.send(new PutItemCommand({ TableName: 'dead-letters', Item: { id: { S: 'made-up' } } }));
    await expect(accountOf(1)).rejects.toThrow('the dead letter made-up is not as the intake writes it');
  });
});
