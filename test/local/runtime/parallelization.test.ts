import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../local/runtime/poller/ledger.ts';
import { createLanes, distribute } from '../../../local/runtime/poller/lanes.ts';
import { failure, from, numbersSeen, simulate, type Arrival, type Seen } from '../support/simulated-shard.ts';

const key = (n: number): string => `entity-${n}`;
/** Which lane a key goes to, of two. */
const laneOf = (name: string): number => {
  const lanes = createLanes(2);
  distribute(lanes, [{ sequenceNumber: '1', partitionKey: name, data: Buffer.alloc(0), arrivedAt: 0 }], 0);
  return lanes.findIndex(({ queue }) => queue.length > 0);
};
const keys = Array.from({ length: 20 }, (_, n) => key(n));
const [a = '', b = ''] = [0, 1].map((lane) => keys.find((name) => laneOf(name) === lane));

/** Most invocations at once. */
const atOnce = ({ calls }: Seen, durationMs: number): number =>
  Math.max(...calls.map(({ at }) => calls.filter((other) => other.at <= at && at < other.at + durationMs).length));

describe('parallelization', () => {
  it('has as many batches of a shard in the function at once as the mapping says, and no more', async () => {
    const arrivals = Array.from({ length: 400 }, (_, n) => ({ key: key(n % 50) }));
    for (const parallelization of [1, 3, 10]) {
      const seen = await simulate({ arrivals, behaviour: () => null, mapping: { parallelization, batchSize: 5 } });
      expect(atOnce(seen, 10)).toBe(parallelization);
    }
  });

  it('keeps a partition key in one lane, in order, whatever fails and however long it takes', async () => {
    const arrival = fc.record({ key: fc.nat(6).map(key), at: fc.nat(3_000) });
    const world = fc.record({
      arrivals: fc.array(arrival, { minLength: 1, maxLength: 60 }),
      parallelization: fc.integer({ min: 1, max: 10 }),
      bisect: fc.boolean(),
      fate: fc.array(fc.constantFrom('fine', 'fine', 'throws', 'partly'), { minLength: 1, maxLength: 30 }),
      durations: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(world, async ({ arrivals, parallelization, bisect, fate, durations }) => {
        const inOrder: Arrival[] = arrivals.toSorted((x, y) => x.at - y.at);
        const done: string[] = [];
        let calls = 0;
        const seen = await simulate({
          arrivals: inOrder,
          mapping: { parallelization, bisect, batchSize: 4, maxAttempts: -1, maxAgeMs: -1 },
          durationMs: () => durations[calls % durations.length] ?? 1,
          behaviour: (numbers, attempt) => {
            calls = attempt;
            const what = attempt > 200 ? 'fine' : fate[attempt % fate.length];
            const good = what === 'throws' ? 0 : what === 'partly' ? Math.floor(numbers.length / 2) : numbers.length;
            done.push(...numbers.slice(0, good));
            return what === 'throws' ? failure : what === 'partly' ? from(numbers[good] ?? '') : null;
          },
        });
        const ofKey = (name: string | undefined) =>
          done.filter((n) => inOrder[Number(n) - 1]?.key === name).map(Number);
        for (const name of keys) expect(ofKey(name)).toEqual(ofKey(name).toSorted((x, y) => x - y));
        expect(done.toSorted((x, y) => Number(x) - Number(y))).toEqual(inOrder.map((_, n) => String(n + 1)));
        expect(seen.checkpoints.map(Number)).toEqual(seen.checkpoints.map(Number).toSorted((x, y) => x - y));
      }),
      { numRuns: 100 },
    );
  });

  it('holds up only the lane that fails; the checkpoint stays before what it has not finished', async () => {
    const arrivals = [{ key: a }, ...Array.from({ length: 20 }, () => ({ key: b }))];
    const seen = await simulate({
      arrivals,
      mapping: { parallelization: 2, maxAttempts: -1 },
      behaviour: (numbers) => (numbers.includes('1') ? failure : null),
      until: (_, ms) => ms > 30_000,
    });
    const finished = numbersSeen(seen).flat();
    expect(new Set(finished).size).toBe(21);
    expect(seen.checkpoints).toEqual([]);
    expect(seen.progress.emptyAt).toBe(0);
  });

  it('delivers again after a restart what was finished behind an unfinished record, and loses nothing', async () => {
    const arrivals = [{ key: b }, { key: a }, { key: b }, { key: b }];
    const first = await simulate({
      arrivals,
      mapping: { parallelization: 2, maxAttempts: -1 },
      behaviour: (numbers) => (numbers.includes('2') ? failure : null),
      until: (_, ms) => ms > 10_000,
    });
    expect(first.checkpoint).toBe('1');
    const second = await simulate({
      arrivals,
      mapping: { parallelization: 2 },
      behaviour: () => null,
      checkpoint: first.checkpoint as string,
    });
    expect(numbersSeen(second).flat().toSorted()).toEqual(['2', '3', '4']);
  });

  it('reads only so far ahead of a lane that is stuck', async () => {
    const arrivals = [{ key: a }, ...Array.from({ length: 15_000 }, () => ({ key: b }))];
    const seen = await simulate({
      arrivals,
      mapping: { parallelization: 2, maxAttempts: -1, batchSize: 1_000 },
      behaviour: (numbers, attempt) => (numbers.includes('1') && attempt < 40 ? failure : null),
      durationMs: (numbers) => (numbers.includes('1') ? 3_000 : 10),
      until: ({ counts }, ms) => ms > 20_000 || (counts['PolledEventCount'] ?? 0) > 10_000,
    });
    expect(seen.counts['PolledEventCount']).toBe(10_000);
  });

  it('gathers a window for each lane', async () => {
    const seen = await simulate({
      arrivals: [{ key: a }, { key: b, at: 1_500 }, { key: a, at: 2_000 }],
      behaviour: () => null,
      mapping: { parallelization: 2, batchingWindowMs: 3_000, batchSize: 10 },
    });
    expect(seen.calls).toEqual([
      { numbers: ['1', '3'], at: 3_000 },
      { numbers: ['2'], at: 5_000 },
    ]);
  });
});

describe('the ledger of a shard', () => {
  const record = (n: number) => ({
    sequenceNumber: String(n),
    partitionKey: 'p',
    data: Buffer.alloc(10),
    arrivedAt: n,
  });

  it('moves to the last record before which nothing is unfinished, in whatever order they are finished', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }), (order) => {
        const ledger = createLedger();
        ledger.add(order.map((_, n) => record(n)));
        const finished = new Set<number>();
        let moved = -1;
        for (const n of order) {
          finished.add(n);
          moved = Number(ledger.finish([record(n)])?.sequenceNumber ?? moved);
          const firstUnfinished = order.map((_, index) => index).find((index) => !finished.has(index)) ?? order.length;
          expect(moved).toBe(firstUnfinished - 1);
          expect(ledger.bytes()).toBe((order.length - finished.size) * 10);
        }
        expect(ledger.size()).toBe(0);
      }),
    );
  });
});
