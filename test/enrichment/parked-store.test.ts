import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { afterAll, beforeEach, beforeAll, describe, expect, it } from 'vitest';
import type { Reject } from '../../lambdas/enrichment/enrich-batch.ts';
import type { ParkedMessage } from '../../lambdas/shared/dead-letters/parked-message.ts';
import { isServiceAway, type Parking } from '../../lambdas/enrichment/away.ts';
import { createParkedStore, type ParkedStoreConfig } from '../../lambdas/enrichment/parked-store.ts';
import { RejectedRecordError } from '../../lambdas/shared/errors/platform-error.ts';
import type { Resilient } from '../../lambdas/shared/resilience/retry.ts';
import { createLoneBreaker } from '../../lambdas/shared/resilience/lone-breaker.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { allClosed } from '../support/controls.ts';
import { morning, record } from '../support/events.ts';

const once: Resilient = (attempt) => attempt(5_000);
const context = { getRemainingTimeInMillis: () => 10_000, functionName: 'test' } as Context;
let aws: AwsServices;
let config: ParkedStoreConfig;

beforeAll(async () => {
  aws = await startAwsServices();
  config = { source: 'market', queueUrl: aws.queueUrl, bucket: 'dead-letters', idempotencyTable: 'idempotency' };
});
afterAll(async () => {
  for (const client of Object.values(away)) client.destroy();
  await aws.stop();
});
beforeEach(async () => void (await receiveAll()));

const receiveAll = async (): Promise<ParkedMessage[]> => {
  const messages: ParkedMessage[] = [];
  for (;;) {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: aws.queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    if (Messages.length === 0) return messages;
    messages.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as ParkedMessage));
  }
};

const reject = (n: number, bytes?: Buffer): Reject => ({
  record: record(n, bytes),
  error: new RejectedRecordError('undecodable', 'decode', 'symbol: is not UTF-8'),
  correlationId: `c${n}`,
});

const store = (overrides: Partial<ParkedStoreConfig> = {}) =>
  createParkedStore(aws, allClosed, { ...config, ...overrides }, () => morning / 1000);

const nowhere = {
  region: 'eu-west-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};
const away = { sqs: new SQSClient(nowhere), s3: new S3Client(nowhere), dynamodb: new DynamoDBClient(nowhere) };

/** Breakers of an instance on its own, and a store behind them for which a service is away. */
const withAway = (service: keyof typeof away) => {
  const of = (dependency: Parking) =>
    createLoneBreaker({ dependency, isFailure: isServiceAway(dependency), failures: 2 }, Date.now);
  const breakers = {
    idempotency: of('idempotency'),
    'dead-letter-bucket': of('dead-letter-bucket'),
    'parked-queue': of('parked-queue'),
  };
  const open = () =>
    Object.values(breakers).flatMap((breaker) => (breaker.openForMs() > 0 ? [breaker.dependency] : []));
  return { open, parked: createParkedStore({ ...aws, [service]: away[service] }, breakers, config) };
};

describe('parking', () => {
  it('sends each reject with its reason, its place and its bytes', async () => {
    expect(await store().park([reject(1), reject(2)], context, once)).toEqual([undefined, undefined]);
    const [first] = (await receiveAll()).sort((a, b) =>
      a.position.sequenceNumber.localeCompare(b.position.sequenceNumber),
    );
    expect(first).toEqual({
      reason: 'undecodable',
      stage: 'decode',
      errorClass: 'RejectedRecordError',
      message: 'symbol: is not UTF-8',
      source: 'market',
      position: record(1).position,
      arrivedAt: new Date(record(1).arrivedAt).toISOString(),
      parkedAt: '2026-11-21T08:00:00.000Z',
      schemaId: null,
      correlationId: 'c1',
      attempts: 1,
      size: 7,
      bytes: Buffer.from('bytes 1').toString('base64'),
    });
  });

  it('sends each position once, by whichever instance it is delivered again', async () => {
    await store().park([reject(11), reject(12)], context, once);
    await store().park([reject(11), reject(12), reject(13)], context, once);
    const sent = (await receiveAll()).map(({ position }) => position.sequenceNumber).sort();
    expect(sent).toEqual(['1011', '1012', '1013']);
  });

  it('names the schema version of a frame', async () => {
    const frame = Buffer.concat([Buffer.from([3, 0]), Buffer.from('b7b4a7f09c964e4aa687fb5de9ef0c63', 'hex')]);
    await store().park([reject(21, frame)], context, once);
    expect((await receiveAll())[0]?.schemaId).toBe('b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63');
  });

  it('keeps bytes that are too large for a message in the bucket', async () => {
    const bytes = Buffer.alloc(700_000, 'x');
    await store().park([reject(31, bytes)], context, once);
    const [message] = await receiveAll();
    expect(message).toMatchObject({ size: 700_000, bytesAt: { bucket: 'dead-letters' } });
    expect(message?.bytes).toBeUndefined();
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: 'dead-letters', Key: message?.bytesAt?.key }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });

  it('parks a whole batch', async () => {
    const rejects = Array.from({ length: 120 }, (_, n) => reject(100 + n));
    expect((await store().park(rejects, context, once)).filter((error) => error !== undefined)).toEqual([]);
    expect((await receiveAll()).length).toBe(120);
  });

  it('answers a reject that the queue did not take as retry, and takes it when it is back', async () => {
    const cut = createParkedStore({ ...aws, sqs: away.sqs }, allClosed, config);
    expect((await cut.park([reject(41)], context, once)).map((error) => error?.disposition)).toEqual(['retry']);
    expect(await store().park([reject(41)], context, once)).toEqual([undefined]);
    expect((await receiveAll()).map(({ position }) => position.sequenceNumber)).toEqual(['1041']);
  });

  it('keeps others from a record for a few seconds only, when DynamoDB goes away in the middle', async () => {
    aws.dynamodb.middlewareStack.add(
      (next, { commandName }) =>
        (call) => {
          if (commandName === 'PutItemCommand') return next(call);
          throw new Error('connection lost');
        },
      { name: 'goes away' },
    );
    const longest = { ...context, getRemainingTimeInMillis: () => 60_000 };
    const before = Date.now();
    const errors = await store().park([reject(61)], longest, once);
    aws.dynamodb.middlewareStack.remove('goes away');
    expect(errors.map((error) => error?.disposition)).toEqual(['retry']);
    const { Items = [] } = await aws.dynamodb.send(
      new ScanCommand({
        TableName: 'idempotency',
        FilterExpression: '#status = :status',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': { S: 'INPROGRESS' } },
      }),
    );
    const until = Items.map((item) => Number(item['in_progress_expiration']?.N) - before);
    expect(until).toHaveLength(1);
    expect(until[0]).toBeGreaterThan(8_000);
    expect(until[0]).toBeLessThan(15_000);
  });

  it('answers halt where the idempotency table is not there', async () => {
    const errors = await store({ idempotencyTable: 'no-such-table' }).park([reject(51)], context, once);
    expect(errors.map((error) => error?.disposition)).toEqual(['halt']);
  });

  const large = Buffer.alloc(700_000, 'x');
  it.each([
    ['sqs', 'parked-queue', reject(71), reject(72), undefined],
    ['s3', 'dead-letter-bucket', reject(74), reject(75, large), undefined],
    ['dynamodb', 'idempotency', reject(77), reject(78), 'idempotency'],
  ] as const)(
    'knows %s to be away as %s, whatever it remembers of others',
    async (service, name, before, one, then) => {
      await store().park([before], context, once);
      const { open, parked } = withAway(service);
      const reasons: (string | undefined)[] = [];
      for (let n = 0; n < 3; n += 1) {
        const errors = await parked.park([one, before], context, once);
        reasons.push(...errors.map((error) => error?.reason));
      }
      expect(reasons).toEqual([name, then, name, then, name, then]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(open()).toEqual([name]);
    },
  );

  it('asks the queue once for a call that it took nothing of', async () => {
    const { open, parked } = withAway('sqs');
    const errors = await parked.park([reject(81), reject(82), reject(83)], context, once);
    expect(errors.map((error) => error?.reason)).toEqual(Array.from({ length: 3 }, () => 'parked-queue'));
    expect(open()).toEqual([]);
  });
});
