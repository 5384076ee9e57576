import { describe, expect, it } from 'vitest';
import { begin, failure, from, numbersSeen, records, simulate, throttle } from '../support/simulated-shard.ts';

const outcomes = ({ reports }: { reports: readonly { outcome: string }[] }): string[] =>
  reports.map(({ outcome }) => outcome);

describe('a shard', () => {
  it('is read to its end, batch by batch, at once as long as there is more', async () => {
    const seen = await simulate({ arrivals: records(7), behaviour: () => null });
    expect(numbersSeen(seen)).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']]);
    expect(seen.reads).toEqual([0, 10, 20, 30]);
    expect(seen.progress).toEqual({
      shard: 'shard-0',
      checkpoint: '7',
      emptyAt: begin + 30,
      finishedUntil: begin,
    });
  });

  it('is read once a second while it is empty', async () => {
    const seen = await simulate({ arrivals: [{ at: 2_500 }], behaviour: () => null });
    expect(seen.reads).toEqual([0, 1_000, 2_000, 3_000, 3_010]);
  });

  it('was empty when it was asked, and not when the answer came: something may have arrived meanwhile', async () => {
    const seen = await simulate({
      arrivals: records(3),
      behaviour: () => null,
      change: (world) => ({
        read: async (after, limit) => {
          const found = await world.read(after, limit);
          await world.sleep(40);
          return found;
        },
      }),
    });
    expect(seen.progress.emptyAt).toBe(begin + 50);
  });

  it('is read again from its checkpoint after the stream did not answer', async () => {
    let broken = 2;
    const seen = await simulate({
      arrivals: records(2),
      behaviour: () => null,
      change: ({ read }) => ({
        read: (after, limit) => (broken-- > 0 ? Promise.reject(new Error('no answer')) : read(after, limit)),
      }),
    });
    expect(seen.complaints).toEqual(['shard-0: no answer', 'shard-0: no answer']);
    expect(numbersSeen(seen)).toEqual([['1', '2']]);
  });
});

describe('a partial answer', () => {
  it('moves the checkpoint to before the lowest failure, and everything from it on is tried again', async () => {
    const seen = await simulate({
      arrivals: records(3),
      behaviour: (_, attempt) => (attempt === 1 ? from('3', '2') : null),
    });
    expect(numbersSeen(seen)).toEqual([
      ['1', '2', '3'],
      ['2', '3'],
    ]);
    expect(seen.checkpoints).toEqual(['1', '3']);
    expect(outcomes(seen)).toEqual(['partly', 'finished']);
  });

  it('that names no record of the batch fails all of it, and is counted', async () => {
    const seen = await simulate({
      arrivals: records(3),
      mapping: { bisect: true },
      behaviour: (_, attempt) => (attempt === 1 ? from('99') : null),
    });
    expect(numbersSeen(seen)).toEqual([
      ['1', '2', '3'],
      ['1', '2', '3'],
    ]);
    expect(seen.reports[0]).toMatchObject({ outcome: 'failed', failures: 1 });
  });
});

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

describe('a batching window', () => {
  const window = { batchingWindowMs: 5_000, batchSize: 10 };

  it('gathers records until it is over', async () => {
    const seen = await simulate({
      arrivals: [{}, { at: 1_500 }, { at: 4_900 }, { at: 5_100 }],
      behaviour: () => null,
      mapping: window,
    });
    expect(seen.calls).toEqual([
      { numbers: ['1', '2'], at: 5_000 },
      { numbers: ['3', '4'], at: 10_010 },
    ]);
  });

  it('ends early where the batch is full by number', async () => {
    const seen = await simulate({
      arrivals: [...records(9), { at: 900 }],
      behaviour: () => null,
      mapping: window,
    });
    expect(seen.calls).toEqual([{ numbers: records(10).map((_, n) => String(n + 1)), at: 1_000 }]);
  });

  it('ends early where the event is full by bytes', async () => {
    const seen = await simulate({
      arrivals: records(6, { bytes: 1_000_000 }),
      behaviour: () => null,
      mapping: window,
    });
    expect(seen.calls[0]).toEqual({ numbers: ['1', '2', '3', '4'], at: 0 });
    expect(seen.calls[1]).toEqual({ numbers: ['5', '6'], at: 5_000 });
  });
});

describe('a mapping that is disabled', () => {
  it('finishes what is under way, reads and tries nothing more, and goes on from its checkpoint', async () => {
    const seen = await simulate({
      arrivals: records(6),
      behaviour: (_, attempt) => (attempt === 1 ? from('2') : null),
      durationMs: 1_000,
      enabled: (ms) => ms < 500 || ms > 20_000,
    });
    expect(seen.checkpoints[0]).toBe('1');
    expect(seen.calls.map(({ numbers, at }) => [numbers.join(' '), at > 20_000])).toEqual([
      ['1 2 3', false],
      ['2 3 4', true],
      ['5 6', true],
    ]);
    expect(seen.reads.filter((ms) => ms > 0 && ms <= 20_000)).toEqual([]);
  });

  it('counts attempts anew when it is on again', async () => {
    const seen = await simulate({
      arrivals: records(1),
      mapping: { maxAttempts: 2 },
      behaviour: (_, attempt) => (attempt <= 4 ? failure : null),
      enabled: (ms) => ms < 250 || ms > 5_000,
    });
    expect(seen.reports.map(({ failures }) => failures)).toEqual([1, 2, 1, 2, 2]);
  });
});

describe('a stop', () => {
  it('that ends an invocation keeps the checkpoint, and gives nothing up for it', async () => {
    const seen = await simulate({
      arrivals: records(3),
      mapping: { maxAttempts: 0 },
      behaviour: () => failure,
      until: ({ calls }) => calls.length === 1,
    });
    expect(seen.givenUp).toEqual([]);
    expect(seen.checkpoint).toBeUndefined();
  });
});

describe('a destination', () => {
  it('is offered a give-up again while it takes none; the function is not called for it', async () => {
    let refusals = 5;
    const seen = await simulate({
      arrivals: records(1),
      mapping: { maxAttempts: 0 },
      behaviour: () => failure,
      change: ({ giveUp }) => ({
        giveUp: (...given) => (refusals-- > 0 ? Promise.reject(new Error('away')) : giveUp(...given)),
      }),
    });
    expect(seen.calls).toHaveLength(1);
    expect(seen.givenUp).toHaveLength(1);
    expect(seen.complaints).toEqual(['shard-0: the destination takes no give-up: away']);
    expect(seen.counts).toMatchObject({ OnFailureDestinationDeliveredEventCount: 1 });
  });

  it('that takes none for five minutes has its records dropped, and they are counted as dropped', async () => {
    const seen = await simulate({
      arrivals: records(2),
      mapping: { maxAttempts: 0 },
      behaviour: () => failure,
      change: () => ({ giveUp: () => Promise.reject(new Error('away')) }),
    });
    expect(seen.counts['DroppedEventCount']).toBe(2);
    expect(seen.complaints[1]).toMatch(/^shard-0: 2 records are dropped/);
    expect(seen.ms).toBeGreaterThan(300_000);
  });
});

describe('the metrics of a mapping', () => {
  it('count what is polled, invoked with, failed, and given up', async () => {
    const seen = await simulate({
      arrivals: records(4),
      mapping: { maxAttempts: 1, bisect: true },
      behaviour: (numbers) => (numbers.includes('2') ? from('2') : null),
    });
    expect(numbersSeen(seen)).toEqual([['1', '2', '3'], ['2', '3'], ['2', '3'], ['4']]);
    expect(seen.counts).toEqual({
      PolledEventCount: 4,
      InvokedEventCount: 8,
      FailedInvokeEventCount: 6,
      OnFailureDestinationDeliveredEventCount: 2,
    });
  });

  it('count as dropped what is given up without a destination', async () => {
    const seen = await simulate({
      arrivals: records(3),
      mapping: { maxAttempts: 0 },
      destination: false,
      behaviour: () => failure,
    });
    expect(seen.counts).toMatchObject({ DroppedEventCount: 3 });
  });
});
