import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../local/runtime/poller/answer.ts';
import { isTooOld, nextStep, retryDelay, type Batch } from '../../../local/runtime/poller/next-step.ts';
import { cutBatch, kinesisEvent, type PolledRecord } from '../../../local/runtime/poller/record.ts';

const now = Date.UTC(2026, 10, 21);
const record = (n: number, arrivedAt = now): PolledRecord => ({
  sequenceNumber: String(n),
  partitionKey: 'p',
  data: Buffer.from(`record ${n}`),
  arrivedAt,
});
const batch = (failures: number, ...numbers: number[]): Batch => ({ records: numbers.map((n) => record(n)), failures });
const limits = { maxAttempts: 2, maxAgeMs: 60_000 };

describe('an answer', () => {
  const numbers = ['1', '2', '3'];
  const answer = (payload: unknown) => readAnswer({ payload, requestId: 'r' }, numbers, true);

  it.each([[null], [undefined], [''], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
    'of %o is success',
    (payload) => expect(answer(payload)).toEqual({ kind: 'finished' }),
  );

  it('that names records goes on from the lowest', () => {
    const payload = { batchItemFailures: [{ itemIdentifier: '3' }, { itemIdentifier: '2' }] };
    expect(answer(payload)).toEqual({ kind: 'from', index: 1 });
  });

  it.each([
    ['text'],
    [{ batchItemFailures: 'all' }],
    [{ batchItemFailures: [{ itemIdentifier: '' }] }],
    [{ batchItemFailures: [{ itemIdentifier: null }] }],
    [{ batchItemFailures: [{ id: '2' }] }],
    [{ batchItemFailures: [{ itemIdentifier: '99' }] }],
    [{ batchItemFailures: [null] }],
  ])('of %o fails the whole batch', (payload) => expect(answer(payload)).toMatchObject({ kind: 'failed' }));

  it('is an error of the function, or nothing, where partial responses are not asked for', () => {
    const error = { error: 'Unhandled', kind: 'exit', message: 'gone', requestId: 'r' } as const;
    expect(readAnswer(error, numbers, true)).toEqual({ kind: 'failed', why: 'gone' });
    const partial = { payload: { batchItemFailures: [{ itemIdentifier: '2' }] }, requestId: 'r' };
    expect(readAnswer(partial, numbers, false)).toEqual({ kind: 'finished' });
  });
});

describe('the next step of a shard', () => {
  it('advances past a finished batch', () => {
    expect(nextStep(batch(0, 1, 2), { kind: 'finished' }, limits, now)).toEqual({ kind: 'advance', done: record(2) });
  });

  it('keeps the checkpoint before the lowest failure, and tries again from it', () => {
    expect(nextStep(batch(1, 1, 2, 3), { kind: 'from', index: 1 }, limits, now)).toEqual({
      kind: 'retry',
      batch: batch(1, 2, 3),
      done: record(1),
    });
  });

  it('counts the attempts of a batch that does not move', () => {
    const failed = { kind: 'failed', why: 'x' } as const;
    expect(nextStep(batch(0, 1), failed, limits, now)).toEqual({ kind: 'retry', batch: batch(1, 1) });
    expect(nextStep(batch(1, 1), { kind: 'from', index: 0 }, limits, now)).toEqual({
      kind: 'retry',
      batch: batch(2, 1),
    });
    expect(nextStep(batch(2, 1), failed, limits, now)).toEqual({
      kind: 'give-up',
      cause: 'attempts',
      batch: batch(3, 1),
    });
  });

  it('gives up what is older than the mapping allows, whatever its attempts', () => {
    const old: Batch = { records: [record(1, now - 60_001)], failures: 0 };
    expect(nextStep(old, { kind: 'failed', why: 'x' }, limits, now)).toMatchObject({
      kind: 'give-up',
      cause: 'age',
    });
    expect(isTooOld(old, limits, now)).toBe(true);
    expect(isTooOld(batch(99, 1), limits, now)).toBe(false);
  });

  it('never gives up where neither is bounded', () => {
    const old: Batch = { records: [record(1, 0)], failures: 10_000 };
    expect(nextStep(old, { kind: 'failed', why: 'x' }, { maxAttempts: -1, maxAgeMs: -1 }, now).kind).toBe('retry');
  });

  it('loses and repeats no record: what is done and what is left make the batch', () => {
    const verdict = fc.oneof(
      fc.constant({ kind: 'finished' } as const),
      fc.constant({ kind: 'failed', why: 'x' } as const),
      fc.nat(9).map((index) => ({ kind: 'from', index }) as const),
    );
    fc.assert(
      fc.property(verdict, fc.nat(4), (answer, failures) => {
        const whole = batch(failures, ...Array.from({ length: 10 }, (_, n) => n));
        const step = nextStep(whole, answer, limits, now);
        const done = step.done
          ? whole.records.findIndex(({ sequenceNumber }) => sequenceNumber === step.done?.sequenceNumber) + 1
          : 0;
        const left = step.kind === 'advance' ? [] : step.batch.records;
        expect([...whole.records.slice(0, done), ...left].map(({ sequenceNumber }) => sequenceNumber)).toEqual(
          whole.records.map(({ sequenceNumber }) => sequenceNumber),
        );
      }),
    );
  });

  it('waits longer after each failure, with jitter, and never longer than ten seconds', () => {
    expect(retryDelay(1, 1)).toBe(200);
    expect(retryDelay(3, 0.5)).toBe(400);
    expect(retryDelay(1_000, 1)).toBe(10_000);
    expect(retryDelay(5, 0)).toBe(0);
  });
});

describe('a batch', () => {
  it('is cut by number, and by the six megabytes of a payload, but never to nothing', () => {
    const large = { ...record(1), data: Buffer.alloc(1_000_000) };
    expect(cutBatch([record(1), record(2), record(3)], 2)).toBe(2);
    expect(cutBatch([record(1)], 500)).toBe(1);
    expect(
      cutBatch(
        Array.from({ length: 9 }, () => large),
        500,
      ),
    ).toBe(4);
    expect(cutBatch([{ ...large, data: Buffer.alloc(7_000_000) }, large], 500)).toBe(1);
  });

  it('becomes the event that AWS documents', () => {
    const mapping = {
      streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/market',
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:enrich',
    };
    const event = kinesisEvent(mapping as never, 'eu-west-1', 'shardId-000000000000', [record(7)]);
    expect(event.Records).toEqual([
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: 'p',
          sequenceNumber: '7',
          data: Buffer.from('record 7').toString('base64'),
          approximateArrivalTimestamp: now / 1000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: 'shardId-000000000000:7',
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
        awsRegion: 'eu-west-1',
        eventSourceARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/market',
      },
    ]);
  });
});
