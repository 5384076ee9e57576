import { describe, expect, it } from 'vitest';
import { begin, failure, from, numbersSeen, records, simulate } from '../support/simulated-shard.ts';

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
