import { randomUUID } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsServices, type AwsServices } from '../../support/aws-services.ts';
import { awsGiveUp } from './support/aws-give-up.ts';
import {
  arrivedAt,
  bytesOf,
  failedAt,
  giveUp,
  idOf,
  notice,
  parkedMessage,
  shard,
  testNotice,
} from './support/deliveries.ts';
import { createIntake, entriesOf } from './support/intake.ts';

let aws: AwsServices;
beforeAll(async () => {
  aws = await startAwsServices();
});
afterAll(() => aws.stop());

/** A stream of its own for each test: the table is one for all. */
const newStream = (): string => `s-${randomUUID()}`;
const parkedBody = (...args: Parameters<typeof parkedMessage>): string => JSON.stringify(parkedMessage(...args));
const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

const putGiveUp = async (stream: string, body: string): Promise<string> => {
  const key = `aws/lambda/${stream}/${shard}/2026/11/21/2026-11-21T08.00.00-a b`;
  await aws.s3.send(new PutObjectCommand({ Bucket: 'dead-letters', Key: key, Body: body }));
  return key;
};

describe('the mark of a probe', () => {
  it('is dropped and counted for its source, is no failure and no dead letter, and holds up no record', async () => {
    const stream = newStream();
    const intake = createIntake(aws);
    const mark = JSON.stringify({ probe: 'market' });
    expect(await intake.parked([mark, parkedBody(stream, 1), mark])).toEqual(failed());
    expect(await entriesOf(aws, stream)).toHaveLength(1);
    expect(intake.counted.sums.get('market ProbesDropped')).toBe(2);
    expect(intake.counted.sums.get('market TakenIn')).toBe(1);
    expect(intake.counted.warnings).toEqual([]);
  });

  it('is a mark only as a probe writes it: with a word more it is foreign', async () => {
    const intake = createIntake(aws);
    expect(await intake.parked([JSON.stringify({ probe: 'market', bytes: 'AAAA' })])).toEqual(failed('m0'));
    expect(intake.counted.sums.get('other IntakeUnfinished foreign')).toBe(1);
  });
});

describe('a parked record', () => {
  it('becomes an entry with everything that its message says, and its bytes', async () => {
    const stream = newStream();
    const intake = createIntake(aws);
    const before = Date.now();
    expect(await intake.parked([parkedBody(stream, 1)])).toEqual(failed());
    const [entry] = await entriesOf(aws, stream);
    expect(entry).toEqual({
      id: idOf(stream, 1),
      source: 'market',
      stream,
      shard,
      sequenceNumber: '1',
      via: 'parked',
      reason: 'broken-rule',
      stage: 'validate',
      errorClass: 'RejectedRecordError',
      message: 'bid: must be above 0, is a negative number',
      schemaId: 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63',
      correlationId: 'c1',
      arrivedAt: '2026-11-21T08:00:00.000Z',
      failedAt: '2026-11-21T08:00:00.040Z',
      takenInAt: expect.stringMatching(/^\d{4}-.*Z$/),
      size: 8,
      attempts: 1,
      status: 'waiting',
      expiresAt: Math.ceil((failedAt + 90 * 86_400_000) / 1000),
      bytes: new Uint8Array(bytesOf(1)),
    });
    expect(Date.parse(entry?.takenInAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Object.fromEntries(intake.counted.sums)).toEqual({
      'market DeadLetters broken-rule': 1,
      'market IntakeLag': 1,
      'market TakenIn': 1,
      'market TakenInBefore': 0,
    });
  });

  it('delivered again adds nothing, changes nothing, and is counted apart', async () => {
    const stream = newStream();
    const intake = createIntake(aws);
    await intake.parked([parkedBody(stream, 1)]);
    const before = await entriesOf(aws, stream);
    const again = parkedBody(stream, 1, { parkedAt: '2026-11-21T09:00:00Z', message: 'another' });
    expect(await intake.parked([again, parkedBody(stream, 1), parkedBody(stream, 2)])).toEqual(failed());
    const after = await entriesOf(aws, stream);
    expect(after).toHaveLength(2);
    expect(after[0]).toEqual(before[0]);
    expect(intake.counted.sums.get('market TakenIn')).toBe(2);
    expect(intake.counted.sums.get('market TakenInBefore')).toBe(2);
    expect(intake.counted.sums.get('market DeadLetters broken-rule')).toBe(2);
  });

  it('with its bytes in the bucket keeps them there', async () => {
    const stream = newStream();
    const bytesAt = { bucket: 'dead-letters', key: 'parked/elsewhere' };
    const { bytes: _, ...message } = parkedMessage(stream, 1, { size: 700_000, bytesAt });
    expect(await createIntake(aws).parked([JSON.stringify(message)])).toEqual(failed());
    const [entry] = await entriesOf(aws, stream);
    expect(entry).toMatchObject({ bytesAt, size: 700_000 });
    expect(entry?.bytes).toBeUndefined();
  });

  it('with no bytes at all is an entry too', async () => {
    const stream = newStream();
    expect(await createIntake(aws).parked([parkedBody(stream, 1, { size: 0, bytes: '' })])).toEqual(failed());
    expect((await entriesOf(aws, stream))[0]).toMatchObject({ size: 0, bytes: new Uint8Array() });
  });
});

describe('an item, which ends at 400 KB,', () => {
  const most = 384 * 1024;
  /** Everything else as long as it may be. */
  const wordy = (stream: string, bytes: Buffer): string =>
    parkedBody(stream, 1, {
      size: bytes.length,
      bytes: bytes.toString('base64'),
      reason: 'r'.repeat(64),
      stage: 's'.repeat(64),
      errorClass: 'e'.repeat(200),
      message: '€'.repeat(5_000),
      correlationId: 'c'.repeat(200),
    });

  it('holds what just fits', async () => {
    const stream = newStream();
    expect(await createIntake(aws).parked([wordy(stream, Buffer.alloc(most, 1))])).toEqual(failed());
    const [entry] = await entriesOf(aws, stream);
    expect(entry?.bytes?.length).toBe(most);
    expect(entry?.message).toHaveLength(1_000);
  });

  it('leaves one byte more to the bucket, under a key that is the same at every delivery', async () => {
    const stream = newStream();
    const bytes = Buffer.alloc(most + 1, 'x');
    const intake = createIntake(aws);
    expect(await intake.parked([wordy(stream, bytes)])).toEqual(failed());
    expect(await intake.parked([wordy(stream, bytes)])).toEqual(failed());
    const [entry] = await entriesOf(aws, stream);
    expect(entry).toMatchObject({ bytesAt: { bucket: 'dead-letters', key: `parked/${idOf(stream, 1)}` } });
    expect(entry?.bytes).toBeUndefined();
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket: 'dead-letters', Key: entry?.bytesAt?.key }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
  });
});

describe('a batch that Lambda gave up on', () => {
  const stream = 'millrace-test-market';

  it('becomes an entry for every record, with what Lambda says of its end', async () => {
    const key = await putGiveUp(stream, giveUp(stream, [11, 12]));
    const intake = createIntake(aws);
    expect(await intake.givenUp([notice([key])])).toEqual(failed());
    const entries = await entriesOf(aws, stream);
    expect(entries.map(({ id }) => id)).toEqual([idOf(stream, 11), idOf(stream, 12)]);
    expect(entries[0]).toMatchObject({
      source: 'market',
      via: 'given-up',
      reason: 'RetryAttemptsExhausted',
      stage: null,
      errorClass: null,
      message: 'Lambda gave up on its batch after 3 attempts, the function having answered that it is not finished',
      schemaId: null,
      correlationId: null,
      arrivedAt: new Date(arrivedAt).toISOString(),
      failedAt: new Date(failedAt).toISOString(),
      attempts: 3,
      size: 9,
      bytes: new Uint8Array(bytesOf(11)),
    });
    expect(await intake.givenUp([notice([key])])).toEqual(failed());
    expect(await entriesOf(aws, stream)).toEqual(entries);
    expect(intake.counted.sums.get('market DeadLetters RetryAttemptsExhausted')).toBe(2);
  });

  it.each([
    [
      'the function crashed',
      awsGiveUp('RetryAttemptsExhausted', '{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"}'),
      ['RetryAttemptsExhausted', 'Unhandled', '4 attempts, the function having crashed'],
    ],
    [
      'it answered that records are not finished',
      awsGiveUp('RetryAttemptsExhausted', '{"statusCode":200,"executedVersion":"$LATEST","functionError":null}'),
      ['RetryAttemptsExhausted', null, '4 attempts, the function having answered that it is not finished'],
    ],
    [
      'an answer names no error at all',
      awsGiveUp('RetryAttemptsExhausted', '{"statusCode":200,"executedVersion":"$LATEST"}'),
      ['RetryAttemptsExhausted', null, '4 attempts, the function having answered that it is not finished'],
    ],
    [
      'its records became too old',
      awsGiveUp('RecordAgeExceeded'),
      ['RecordAgeExceeded', null, '4 attempts, with no answer of the function to tell of'],
    ],
    [
      'there is null for an answer',
      awsGiveUp('RecordAgeExceeded', 'null'),
      ['RecordAgeExceeded', null, '4 attempts, with no answer of the function to tell of'],
    ],
  ])('is taken in from the JSON of AWS where %s', async (_, body, [reason, errorClass, end]) => {
    const other = newStream();
    const key = await putGiveUp(other, body(other));
    expect(await createIntake(aws).givenUp([notice([key])])).toEqual(failed());
    const entries = await entriesOf(aws, other);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      reason,
      errorClass,
      message: `Lambda gave up on its batch after ${end}`,
      failedAt: '2026-11-21T08:05:06.021Z',
      bytes: new Uint8Array(Buffer.from('hello')),
    });
  });

  it('of a stream that is not known is of a source of that name', async () => {
    const other = newStream();
    const key = await putGiveUp(other, giveUp(other, [1]));
    await createIntake(aws).givenUp([notice([key])]);
    expect((await entriesOf(aws, other))[0]?.source).toBe(other);
  });

  it('leaves large records in the bucket', async () => {
    const other = newStream();
    const key = await putGiveUp(
      other,
      giveUp(other, [1], () => Buffer.alloc(600_000, 7)),
    );
    expect(await createIntake(aws).givenUp([notice([key])])).toEqual(failed());
    expect((await entriesOf(aws, other))[0]).toMatchObject({
      size: 600_000,
      bytesAt: { key: `parked/${idOf(other, 1)}` },
    });
  });

  it('gives way to the same record parked, in whichever order they come', async () => {
    const other = newStream();
    const key = await putGiveUp(other, giveUp(other, [1, 2]));
    const intake = createIntake(aws);
    await intake.parked([parkedBody(other, 1)]);
    await intake.givenUp([notice([key])]);
    await intake.parked([parkedBody(other, 2)]);
    await intake.givenUp([notice([key])]);
    const entries = await entriesOf(aws, other);
    expect(entries.map(({ via, reason }) => [via, reason])).toEqual([
      ['parked', 'broken-rule'],
      ['parked', 'broken-rule'],
    ]);
  });

  it('is nothing where S3 only tried whether it may send', async () => {
    const intake = createIntake(aws);
    expect(await intake.givenUp([testNotice])).toEqual(failed());
    expect(intake.counted.warnings).toEqual([]);
  });
});
