import { describe, expect, it } from 'vitest';
import { digestOf } from '../../feeds/account/digest.ts';
import { readGivenUpLetters } from '../../feeds/readers/given-up-letters.ts';
import { readParkedLetter } from '../../feeds/readers/parked-letter.ts';

const position = { stream: 'millrace-local-market', shard: 'shardId-000000000000', sequenceNumber: '495' };
const bytes = Buffer.from('the record');
const parked = (overrides: Record<string, unknown> = {}): string =>
  JSON.stringify({
    reason: 'undecodable',
    stage: 'decode',
    source: 'market',
    position,
    arrivedAt: '2026-11-21T09:00:00.000Z',
    bytes: bytes.toString('base64'),
    ...overrides,
  });
const nowhere = (): Promise<undefined> => Promise.resolve(undefined);

describe('a parked message', () => {
  it('is a dead letter with its reason, position and bytes', async () => {
    await expect(readParkedLetter(parked(), 'm-1', nowhere)).resolves.toEqual({
      reason: 'undecodable',
      source: 'market',
      position,
      arrivedAt: Date.UTC(2026, 10, 21, 9),
      via: 'parked',
      digest: digestOf(bytes),
    });
  });

  it('too large for a message has its bytes in the bucket, or has lost them', async () => {
    const body = parked({ bytes: undefined, bytesAt: { bucket: 'dead', key: 'parked/1' } });
    const asked: string[] = [];
    const there = await readParkedLetter(body, 'm-1', (bucket, key) => {
      asked.push(`${bucket} ${key}`);
      return Promise.resolve(bytes);
    });
    expect(asked).toEqual(['dead parked/1']);
    expect(there.digest).toBe(digestOf(bytes));
    await expect(readParkedLetter(body, 'm-1', nowhere)).resolves.toMatchObject({ digest: undefined });
    await expect(readParkedLetter(parked({ bytes: undefined }), 'm-1', nowhere)).resolves.toMatchObject({
      digest: undefined,
    });
  });

  it('that is not as the platform parks records is named', async () => {
    await expect(readParkedLetter('hello', 'm-1', nowhere)).rejects.toThrow('the parked message m-1 is not JSON');
    await expect(readParkedLetter(parked({ position: 1 }), 'm-2', nowhere)).rejects.toThrow(
      /parked message m-2: .*position/s,
    );
  });
});

describe('a give-up', () => {
  const event = (...sequenceNumbers: string[]): string =>
    JSON.stringify({
      Records: sequenceNumbers.map((sequenceNumber) => ({
        eventID: `shardId-000000000000:${sequenceNumber}`,
        eventSourceARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-local-market',
        kinesis: { sequenceNumber, data: bytes.toString('base64'), approximateArrivalTimestamp: 1_700_000_000.25 },
      })),
    });
  const givenUp = (payload: unknown): string =>
    JSON.stringify({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 3 },
      KinesisBatchInfo: { batchSize: 2 },
      payload,
    });
  const sources = new Map([['millrace-local-market', 'market']]);

  it('is a dead letter for every record of its batch', () => {
    const letters = readGivenUpLetters(givenUp(event('495', '496')), 'key', sources);
    expect(letters).toEqual(
      ['495', '496'].map((sequenceNumber) => ({
        source: 'market',
        position: { ...position, sequenceNumber },
        reason: 'RetryAttemptsExhausted',
        arrivedAt: 1_700_000_000_250,
        via: 'given-up',
        digest: digestOf(bytes),
      })),
    );
  });

  it('of a stream that is not ours is named after that stream', () => {
    expect(readGivenUpLetters(givenUp(event('1')), 'key', new Map())[0]?.source).toBe('millrace-local-market');
  });

  it.each([
    ['hello', 'the give-up key is not JSON'],
    [givenUp(undefined), 'the give-up key: '],
    [givenUp('not an event'), 'the give-up key is not JSON'],
    [givenUp('{"Records":[{}]}'), 'the give-up key: '],
  ])('that is not as Lambda writes it is named: %s', (text, message) => {
    expect(() => readGivenUpLetters(text, 'key', sources)).toThrow(message);
  });
});
