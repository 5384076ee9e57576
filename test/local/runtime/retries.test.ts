import { describe, expect, it } from 'vitest';
import { failure, from, numbersSeen, records, simulate, throttle } from '../support/simulated-shard.ts';

const outcomes = ({ reports }: { reports: readonly { outcome: string }[] }): string[] =>
  reports.map(({ outcome }) => outcome);

describe('attempts', () => {
  it('are one more than MaximumRetryAttempts; then the batch is given up, and the shard goes on behind it', async () => {
    const seen = await simulate({
      arrivals: records(4),
      behaviour: (numbers) => (numbers.includes('1') ? failure : null),
    });
    expect(numbersSeen(seen)).toEqual([['1', '2', '3'], ['1', '2', '3'], ['1', '2', '3'], ['4']]);
    expect(seen.givenUp).toMatchObject([
      { numbers: ['1', '2', '3'], cause: 'attempts', attempts: 3, requestId: 'r', error: true },
    ]);
    expect(seen.reports.map(({ failures }) => failures)).toEqual([1, 2, 3, 0]);
    expect(outcomes(seen)).toEqual(['failed', 'failed', 'given-up', 'finished']);
  });

  it('are spaced: longer from one to the next, and never more than a second apart', async () => {
    const seen = await simulate({ arrivals: records(1), behaviour: () => failure, mapping: { maxAttempts: 6 } });
    const pauses = seen.calls.slice(1).map(({ at }, n) => at - (seen.calls[n]?.at ?? 0) - 10);
    expect(pauses).toEqual([200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it('a hundred of them end within two minutes', async () => {
    const seen = await simulate({
      arrivals: records(1),
      behaviour: () => failure,
      mapping: { maxAttempts: 100, maxAgeMs: -1 },
    });
    expect(seen.calls).toHaveLength(101);
    expect(seen.ms).toBeLessThan(120_000);
  });

  it('spend only what is being tried again', async () => {
    const seen = await simulate({ arrivals: records(3), behaviour: () => from('2') });
    expect(seen.givenUp).toMatchObject([{ numbers: ['2', '3'], attempts: 3, error: false }]);
    expect(seen.checkpoints).toEqual(['1', '3']);
  });

  it('go on for ever where neither number nor age is limited', async () => {
    const seen = await simulate({
      arrivals: records(1),
      mapping: { maxAttempts: -1, maxAgeMs: -1 },
      behaviour: (_, attempt) => (attempt < 300 ? failure : null),
    });
    expect(seen.calls).toHaveLength(300);
    expect(seen.givenUp).toEqual([]);
  });
});

describe('bisecting', () => {
  const crashesAt = (poison: string) => (numbers: readonly string[]) => (numbers.includes(poison) ? failure : null);

  it('splits a batch in two halves after an error of the function, and tries both in order', async () => {
    const seen = await simulate({
      arrivals: records(4),
      mapping: { batchSize: 4, bisect: true },
      behaviour: (_, attempt) => (attempt === 1 ? failure : null),
    });
    expect(numbersSeen(seen)).toEqual([
      ['1', '2', '3', '4'],
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(outcomes(seen)).toEqual(['split', 'finished', 'finished']);
    expect(seen.checkpoints).toEqual(['2', '4']);
  });

  it('leaves a record that crashes the function alone in the bucket, and all its neighbours are finished', async () => {
    const finished: string[] = [];
    const crash = crashesAt('138');
    const seen = await simulate({
      arrivals: records(500),
      mapping: { batchSize: 500, bisect: true },
      behaviour: (numbers) => {
        const answer = crash(numbers);
        if (answer === null) finished.push(...numbers);
        return answer;
      },
    });
    expect(seen.givenUp).toMatchObject([{ numbers: ['138'], cause: 'attempts', attempts: 3 }]);
    expect(finished).toEqual(records(500).flatMap((_, n) => (n === 137 ? [] : String(n + 1))));
  });

  it('uses no attempt up, not even where there is only one; a record that cannot be split is counted', async () => {
    const seen = await simulate({
      arrivals: records(8),
      mapping: { batchSize: 8, bisect: true, maxAttempts: 0 },
      behaviour: crashesAt('2'),
    });
    expect(numbersSeen(seen).map((numbers) => numbers.join(' '))).toEqual([
      '1 2 3 4 5 6 7 8',
      '1 2 3 4',
      '1 2',
      '1',
      '2',
      '3 4',
      '5 6 7 8',
    ]);
    expect(seen.reports.map(({ failures }) => failures)).toEqual([0, 0, 0, 0, 1, 0, 0]);
    expect(seen.givenUp).toMatchObject([{ numbers: ['2'], attempts: 1 }]);
  });

  it('splits at the record that a partial answer names, tries only the rest, and counts nothing for it', async () => {
    const seen = await simulate({
      arrivals: records(8),
      mapping: { batchSize: 8, bisect: true },
      behaviour: (_, attempt) => (attempt === 1 ? from('6') : null),
    });
    expect(numbersSeen(seen)).toEqual([
      ['1', '2', '3', '4', '5', '6', '7', '8'],
      ['6', '7', '8'],
    ]);
    expect(seen.reports[0]).toMatchObject({ outcome: 'partly', failures: 0 });
  });

  it('does not split at the first record: that is an attempt', async () => {
    const seen = await simulate({
      arrivals: records(3),
      mapping: { bisect: true },
      behaviour: (_, attempt) => (attempt === 1 ? from('1') : null),
    });
    expect(numbersSeen(seen)[1]).toEqual(['1', '2', '3']);
    expect(seen.reports[0]).toMatchObject({ outcome: 'failed', failures: 1 });
  });

  it('leaves the count as it was in both halves', async () => {
    const seen = await simulate({
      arrivals: records(2),
      mapping: { bisect: true, maxAttempts: 2 },
      behaviour: (_, attempt) => (attempt === 1 ? from('1') : failure),
    });
    expect(seen.reports.map(({ outcome, failures }) => [outcome, failures])).toEqual([
      ['failed', 1],
      ['split', 1],
      ['failed', 2],
      ['given-up', 3],
      ['failed', 2],
      ['given-up', 3],
    ]);
  });
});

describe('age', () => {
  it('ends only the records that are too old, without an invocation; the others are processed', async () => {
    const seen = await simulate({
      arrivals: [{ at: -60_005 }, { at: -60_001 }, { at: -59_000 }],
      behaviour: () => null,
      mapping: { maxAttempts: 0 },
    });
    expect(seen.givenUp).toMatchObject([{ numbers: ['1', '2'], cause: 'age', attempts: 0, requestId: undefined }]);
    expect(numbersSeen(seen)).toEqual([['3']]);
    expect(seen.reports.map(({ outcome, records: count }) => [outcome, count])).toEqual([
      ['given-up', 2],
      ['finished', 1],
    ]);
  });

  it('goes on between attempts, and takes what becomes too old out of the batch', async () => {
    const seen = await simulate({
      arrivals: [{ at: -59_000 }, { at: -30_000 }],
      behaviour: (numbers) => (numbers.includes('1') ? failure : null),
      mapping: { maxAttempts: 1_000 },
    });
    expect(seen.givenUp).toMatchObject([{ numbers: ['1'], cause: 'age', requestId: 'r' }]);
    expect(numbersSeen(seen).at(-1)).toEqual(['2']);
  });

  it('goes on while the function is throttled', async () => {
    const seen = await simulate({ arrivals: records(1), behaviour: () => throttle });
    expect(seen.givenUp).toMatchObject([{ numbers: ['1'], cause: 'age', attempts: 0, requestId: undefined }]);
    expect(seen.givenUp[0]?.at).toBeGreaterThan(60_000);
    expect(seen.givenUp[0]?.at).toBeLessThan(62_000);
  });

  it('goes on while the mapping is disabled', async () => {
    const seen = await simulate({
      arrivals: [{}, { at: 50_000 }],
      behaviour: () => null,
      enabled: (ms) => ms > 70_000,
    });
    expect(seen.givenUp).toMatchObject([{ numbers: ['1'], cause: 'age' }]);
    expect(numbersSeen(seen)).toEqual([['2']]);
  });
});

describe('a throttle', () => {
  it('is no attempt: it is tried again, with longer pauses up to a second, and nothing is counted', async () => {
    const seen = await simulate({
      arrivals: records(1),
      behaviour: (_, attempt) => (attempt <= 20 ? throttle : null),
      mapping: { maxAttempts: 0 },
    });
    expect(seen.calls).toHaveLength(21);
    expect(seen.givenUp).toEqual([]);
    expect(outcomes(seen)).toEqual([...Array.from({ length: 20 }, () => 'throttled'), 'finished']);
    expect(seen.reports.every(({ failures }) => failures === 0)).toBe(true);
    expect(seen.ms).toBeGreaterThan(15_000);
    expect(seen.counts).toMatchObject({ InvokedEventCount: 1, FailedInvokeEventCount: 20 });
  });

  it('is what a function that cannot be invoked at all comes to, and it is said', async () => {
    let broken = 1;
    const seen = await simulate({
      arrivals: records(1),
      behaviour: () => null,
      mapping: { maxAttempts: 0 },
      change: ({ invoke }) => ({
        invoke: (event) => (broken-- > 0 ? Promise.reject(new Error('there is no function f')) : invoke(event)),
      }),
    });
    expect(seen.complaints).toEqual(['shard-0: there is no function f']);
    expect(outcomes(seen)).toEqual(['throttled', 'finished']);
  });
});
