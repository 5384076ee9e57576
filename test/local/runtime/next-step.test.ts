import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../local/runtime/poller/answer.ts';
import { nextStep, retryDelay, splitByAge, type Batch } from '../../../local/runtime/poller/next-step.ts';
import { cutBatch, kinesisEvent, type PolledRecord } from '../../../local/runtime/poller/record.ts';
import { streamMapping } from '../support/simulated-shard.ts';

const now = Date.UTC(2026, 10, 21);
const record = (n: number, arrivedAt = now): PolledRecord => ({
  sequenceNumber: String(n),
  partitionKey: 'p',
  data: Buffer.from(`record ${n}`),
  arrivedAt,
});
const batch = (failures: number, ...numbers: number[]): Batch => ({ records: numbers.map((n) => record(n)), failures });

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
    expect(readAnswer(error, numbers, true)).toEqual({ kind: 'broken' });
    expect(readAnswer(error, numbers, false)).toEqual({ kind: 'broken' });
    const partial = { payload: { batchItemFailures: [{ itemIdentifier: '2' }] }, requestId: 'r' };
    expect(readAnswer(partial, numbers, false)).toEqual({ kind: 'finished' });
  });
});

describe('the next step of a lane', () => {
  const whole = { bisect: false, maxAttempts: 2 };
  const halved = { bisect: true, maxAttempts: 2 };

  it('is behind a finished batch', () => {
    expect(nextStep(batch(0, 1, 2), { kind: 'finished' }, whole)).toEqual({
      kind: 'finished',
      done: [record(1), record(2)],
    });
  });

  it('is the rest from the lowest failure on; as another batch it has one attempt, or none where it was split', () => {
    const verdict = { kind: 'from', index: 1 } as const;
    const done = [record(1)];
    expect(nextStep(batch(1, 1, 2, 3), verdict, whole)).toEqual({ kind: 'partly', done, left: [batch(1, 2, 3)] });
    expect(nextStep(batch(1, 1, 2, 3), verdict, halved)).toEqual({ kind: 'partly', done, left: [batch(0, 2, 3)] });
  });

  it.each([
    ['answered its first record', { kind: 'from', index: 0 }, halved],
    ['has an answer that cannot be read', { kind: 'failed' }, halved],
    ['broke, where nothing is split', { kind: 'broken' }, whole],
  ] as const)('is the whole batch, with one attempt more, when it %s', (_, verdict, limits) => {
    expect(nextStep(batch(1, 1, 2), verdict, limits)).toEqual({ kind: 'failed', left: [batch(2, 1, 2)] });
    expect(nextStep(batch(2, 1, 2), verdict, limits)).toEqual({ kind: 'given-up', done: [], gone: batch(3, 1, 2) });
  });

  it('is its halves when the function broke, with the count of the whole; the first takes the odd record', () => {
    expect(nextStep(batch(2, 1, 2, 3), { kind: 'broken' }, halved)).toEqual({
      kind: 'split',
      left: [batch(2, 1, 2), batch(2, 3)],
    });
    expect(nextStep(batch(2, 1), { kind: 'broken' }, halved)).toEqual({
      kind: 'given-up',
      done: [],
      gone: batch(3, 1),
    });
  });

  it('never gives up where attempts are not bounded', () => {
    expect(nextStep(batch(10_000, 1), { kind: 'broken' }, { bisect: true, maxAttempts: -1 }).kind).toBe('failed');
  });

  it('loses and repeats no record: what is done, left and given up make the batch, in its order', () => {
    const verdict = fc.oneof(
      fc.constantFrom({ kind: 'finished' } as const, { kind: 'failed' } as const, { kind: 'broken' } as const),
      fc.nat(9).map((index) => ({ kind: 'from', index }) as const),
    );
    fc.assert(
      fc.property(verdict, fc.nat(4), fc.boolean(), (answer, failures, bisect) => {
        const given = batch(failures, ...Array.from({ length: 10 }, (_, n) => n));
        const step = nextStep(given, answer, { bisect, maxAttempts: 2 });
        const parts = [
          ...('done' in step ? step.done : []),
          ...('left' in step ? step.left : []).flatMap(({ records }) => records),
          ...('gone' in step ? step.gone.records : []),
        ];
        expect(parts).toEqual(given.records);
      }),
    );
  });

  it('waits longer after each failure, with jitter, and never longer than a second', () => {
    expect(retryDelay(1, 1)).toBe(200);
    expect(retryDelay(3, 0.5)).toBe(400);
    expect(retryDelay(1_000, 1)).toBe(1_000);
    expect(retryDelay(5, 0)).toBe(0);
  });
});

describe('the age of a batch', () => {
  const limits = { maxAgeMs: 60_000 };
  const aged: Batch = { records: [record(1, now - 60_001), record(2, now - 60_000), record(3)], failures: 1 };

  it('ends what it begins with that is older than allowed, and nothing younger', () => {
    expect(splitByAge(aged, limits, now)).toEqual({ old: aged.records.slice(0, 1), young: aged.records.slice(1) });
    expect(splitByAge(aged, limits, now + 60_001)).toEqual({ old: aged.records, young: [] });
  });

  it('ends nothing where it is not limited', () => {
    expect(splitByAge(aged, { maxAgeMs: -1 }, now * 2)).toEqual({ old: [], young: aged.records });
  });
});

describe('a batch', () => {
  const cut = (records: readonly PolledRecord[], batchSize: number): number =>
    cutBatch(records, { ...streamMapping, batchSize }, 'eu-west-1', 'shardId-000000000000');

  it('is cut by number, and never to nothing', () => {
    expect(cut([record(1), record(2), record(3)], 2)).toBe(2);
    expect(cut([record(1)], 500)).toBe(1);
    const large = { ...record(1), data: Buffer.alloc(7_000_000) };
    expect(cut([large, record(2)], 500)).toBe(1);
  });

  const bytesOf = (some: readonly PolledRecord[]): number =>
    Buffer.byteLength(JSON.stringify(kinesisEvent(streamMapping, 'eu-west-1', 'shardId-000000000000', some)));

  it('is cut by the six megabytes of its event, to the byte', () => {
    const full = 6 * 1024 * 1024;
    const large = { ...record(1), data: Buffer.alloc(2_350_000) };
    const last = { ...record(3), partitionKey: '' };
    const room = full - bytesOf([large, large, last]);
    const fits = { ...last, partitionKey: '"'.repeat(room % 2) + 'é'.repeat(Math.floor(room / 2)) };
    const exact = [large, large, { ...fits, partitionKey: fits.partitionKey.replace('"', 'k') }];
    expect(bytesOf(exact)).toBe(full);
    expect(cut(exact, 500)).toBe(3);
    expect(cut([large, large, { ...last, partitionKey: `${exact[2]?.partitionKey}k` }], 500)).toBe(2);
  });

  it('becomes the event that AWS documents', () => {
    const mapping = {
      streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/market',
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:enrich',
    };
    const event = kinesisEvent(mapping, 'eu-west-1', 'shardId-000000000000', [record(7)]);
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
