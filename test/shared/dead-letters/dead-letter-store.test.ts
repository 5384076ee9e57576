import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeadLetterStore, type Selection } from '../../../lambdas/shared/dead-letters/dead-letter-store.ts';
import type { DeadLetterSummary } from '../../../lambdas/shared/dead-letters/entry.ts';
import { startAwsServices, type AwsServices } from '../../support/aws-services.ts';
import { bytesOf, idOf, parkedMessage } from '../../operations/dead-letters/support/deliveries.ts';
import { createIntake } from '../../operations/dead-letters/support/intake.ts';

const stream = 'millrace-test-market';
const noon = Date.UTC(2026, 10, 21, 12);
const hour = 3_600_000;

let aws: AwsServices;
beforeAll(async () => {
  aws = await startAwsServices();
  const failed = (n: number, hoursBefore: number, source: string, reason: string): string =>
    JSON.stringify(
      parkedMessage(stream, n, { source, reason, parkedAt: new Date(noon - hoursBefore * hour).toISOString() }),
    );
  await createIntake(aws).parked([
    failed(1, 1, 'market', 'broken-rule'),
    failed(2, 1, 'market', 'conflict'),
    failed(3, 2, 'social', 'broken-rule'),
    failed(4, 30, 'market', 'broken-rule'),
    failed(5, 31, 'social', 'conflict'),
    failed(6, 3, 'market', 'broken-rule'),
    // A hundred days ago: expired, though DynamoDB has not deleted it yet.
    failed(7, 2_400, 'market', 'broken-rule'),
  ]);
});
afterAll(() => aws.stop());

const store = () => createDeadLetterStore(aws, 'dead-letters', () => noon);
const list = async (overrides: Partial<Selection> = {}): Promise<DeadLetterSummary[]> => {
  const selection = {
    sources: ['market', 'social'],
    from: noon - 48 * hour,
    to: noon,
    reason: undefined,
    ...overrides,
  };
  const found: DeadLetterSummary[] = [];
  for await (const entry of store().list(selection)) found.push(entry);
  return found;
};
const numbers = async (overrides: Partial<Selection> = {}): Promise<number[]> =>
  (await list(overrides)).map(({ sequenceNumber }) => Number(sequenceNumber));

describe('a list of dead letters', () => {
  it('is newest first, over all sources and days', async () => {
    expect(await numbers()).toEqual([2, 1, 3, 6, 4, 5]);
  });

  it('can be of one source, of one reason, or of both', async () => {
    expect(await numbers({ sources: ['social'] })).toEqual([3, 5]);
    expect(await numbers({ reason: 'conflict' })).toEqual([2, 5]);
    expect(await numbers({ sources: ['market'], reason: 'conflict' })).toEqual([2]);
    expect(await numbers({ sources: [] })).toEqual([]);
  });

  it('includes what failed at its beginning and not what failed at its end', async () => {
    expect(await numbers({ from: noon - 3 * hour, to: noon - hour })).toEqual([3, 6]);
    expect(await numbers({ from: noon - hour, to: noon - hour + 1 })).toEqual([2, 1]);
    expect(await numbers({ from: noon - hour + 1, to: noon })).toEqual([]);
  });

  it('leaves out what has expired', async () => {
    expect(await numbers({ from: noon - 3_000 * hour, to: noon - 2_000 * hour })).toEqual([]);
  });

  it('has everything but the bytes', async () => {
    const [entry] = await list({ reason: 'conflict' });
    expect(entry).toMatchObject({ id: idOf(stream, 2), message: expect.any(String), size: 8, status: 'waiting' });
    expect(entry).not.toHaveProperty('bytes');
  });

  it('asks for no more than is looked at', async () => {
    const entries = store().list({ sources: ['market'], from: 0, to: noon, reason: undefined });
    expect((await entries.next()).value?.id).toBe(idOf(stream, 2));
    await entries.return(undefined);
  });
});

describe('one dead letter', () => {
  it('is found by its place, with its bytes', async () => {
    const entry = await store().find(idOf(stream, 1));
    expect(entry?.reason).toBe('broken-rule');
    expect(entry && (await store().bytesOf(entry))).toEqual(bytesOf(1));
  });

  it('is not found where there is none, or where it has expired', async () => {
    expect(await store().find(idOf(stream, 99))).toBeUndefined();
    expect(await store().find(idOf(stream, 7))).toBeUndefined();
  });

  it('has its bytes in the bucket, or has lost them', async () => {
    const bytesAt = { bucket: 'dead-letters', key: 'parked/large' };
    const { bytes: _, ...message } = parkedMessage(stream, 50, { bytesAt, size: 5 });
    await createIntake(aws).parked([JSON.stringify(message)]);
    await aws.s3.send(new PutObjectCommand({ Bucket: 'dead-letters', Key: bytesAt.key, Body: 'large' }));
    const entry = await store().find(idOf(stream, 50));
    if (!entry) throw new Error('it is not there');
    expect((await store().bytesOf(entry))?.toString()).toBe('large');
    await aws.s3.send(new DeleteObjectCommand({ Bucket: 'dead-letters', Key: bytesAt.key }));
    expect(await store().bytesOf(entry)).toBeUndefined();
  });

  it('that is not as the intake writes it is named', async () => {
    await aws.dynamodb.send(
      new PutItemCommand({ TableName: 'dead-letters', Item: { id: { S: 'made-up' }, reason: { N: '1' } } }),
    );
    await expect(store().find('made-up')).rejects.toThrow(
      /the dead letter made-up is not as the intake writes it: .*reason/,
    );
  });
});
