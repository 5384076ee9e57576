import { describe, expect, it } from 'vitest';
import { atRate } from '../../feeds/simulation/at-rate.ts';
import { systemClock, type Clock } from '../../feeds/clock.ts';
import type { FeedRecord } from '../../feeds/feed-event.ts';
import type { Paced } from '../../feeds/pace.ts';
import { replay, replayLength } from '../../feeds/replay.ts';
import { sendFeed } from '../../feeds/send-feed.ts';
import { quoteEvent } from '../../feeds/sources/market.ts';

/** A clock that only sleeping moves; `stalls` are added to the sleeps, in turn. */
const turnedByHand = (stalls: number[] = []): Clock & { time: number; sleeps: number[] } => ({
  time: 1_000_000,
  sleeps: [],
  now() {
    return this.time;
  },
  sleep(ms) {
    this.sleeps.push(ms);
    this.time += ms + (stalls.shift() ?? 0);
    return Promise.resolve();
  },
});
const bound = (clock: ReturnType<typeof turnedByHand>): Clock => ({
  now: () => clock.now(),
  sleep: (ms) => clock.sleep(ms),
});

const event = quoteEvent({ symbol: 'EUR/USD', occurredAt: 0, bid: 1, ask: 2, volume: 0 });
async function* due(...times: number[]): AsyncGenerator<Paced> {
  for (const dueMs of times) yield { dueMs, event };
}

describe('a replay', () => {
  const batches = async (clock: ReturnType<typeof turnedByHand>, speed: number | 'max', ...times: number[]) => {
    const sizes: [number, number][] = [];
    for await (const batch of replay(due(...times), speed, bound(clock)))
      sizes.push([clock.time - 1_000_000, batch.length]);
    return sizes;
  };

  it('sends what is due together in one batch, and waits for the rest', async () => {
    await expect(batches(turnedByHand(), 1, 0, 0, 500, 500, 500, 900)).resolves.toEqual([
      [0, 2],
      [500, 3],
      [900, 1],
    ]);
  });

  it('lasts as long as its last event is due, at its speed', async () => {
    await expect(replayLength(due(0, 500, 900), 1)).resolves.toBe(900);
    await expect(replayLength(due(0, 500, 900), 10)).resolves.toBe(90);
    await expect(replayLength(due(0, 500, 900), 'max')).resolves.toBe(0);
  });

  it('goes at a multiple of the pace', async () => {
    await expect(batches(turnedByHand(), 10, 0, 500, 900)).resolves.toEqual([
      [0, 1],
      [50, 1],
      [90, 1],
    ]);
  });

  it('catches up when it is late, with what is due by then', async () => {
    await expect(batches(turnedByHand([700]), 1, 0, 100, 200, 800, 900)).resolves.toEqual([
      [0, 1],
      [800, 3],
      [900, 1],
    ]);
  });

  it('waits for nothing at full speed, and sends no more than one call takes', async () => {
    const clock = turnedByHand();
    const times = Array.from({ length: 1_200 }, (_, n) => n * 1_000);
    await expect(batches(clock, 'max', ...times)).resolves.toEqual([
      [0, 500],
      [0, 500],
      [0, 200],
    ]);
    expect(clock.sleeps).toEqual([]);
  });

  it('of nothing sends nothing', async () => {
    await expect(batches(turnedByHand(), 1)).resolves.toEqual([]);
  });
});

describe('a simulation at a rate', () => {
  const sizes = async (rate: number, ticks: number, stalls: number[] = []): Promise<number[]> => {
    const clock = turnedByHand(stalls);
    const counts: number[] = [];
    for await (const batch of atRate(rate, (count) => Array.from({ length: count }, () => 'record'), bound(clock))) {
      counts.push(batch.length);
      if (clock.sleeps.length >= ticks) break;
    }
    return counts;
  };

  it('makes as many as the rate says, a few at a time', async () => {
    await expect(sizes(100, 5)).resolves.toEqual([10, 10, 10, 10, 10]);
  });

  it('keeps to rates that do not divide evenly, and to slow ones', async () => {
    const fast = await sizes(333, 100);
    expect(fast.reduce((sum, n) => sum + n, 0)).toBe(3_330);
    await expect(sizes(0.5, 60)).resolves.toEqual([1, 1, 1]);
  });

  it('does not make up for a stall with a flood', async () => {
    await expect(sizes(100, 3, [60_000])).resolves.toEqual([100, 10, 10]);
  });
});

describe('sending a feed', () => {
  const record = (source: string, n: number): FeedRecord => ({
    source,
    partitionKey: 'key',
    data: Buffer.from(String(n)),
  });
  async function* feed(...batches: FeedRecord[][]): AsyncGenerator<FeedRecord[]> {
    yield* batches;
  }
  const running = new AbortController().signal;

  it('gives each record to the stream of its source, in order, and counts', async () => {
    const taken: string[] = [];
    const counts: [string, number][] = [];
    const senderOf = (source: string) => (records: readonly { readonly data: Buffer }[]) => {
      taken.push(...records.map(({ data }) => `${source} ${data.toString()}`));
      return Promise.resolve();
    };
    await sendFeed(
      feed([record('a', 1), record('b', 2), record('a', 3)], [record('b', 4)]),
      new Map([
        ['a', senderOf('a')],
        ['b', senderOf('b')],
      ]),
      (source, count) => counts.push([source, count]),
      running,
    );
    expect(taken).toEqual(['a 1', 'a 3', 'b 2', 'b 4']);
    expect(counts).toEqual([
      ['a', 2],
      ['b', 1],
      ['b', 1],
    ]);
  });

  it('names a source that has no stream', async () => {
    const sending = sendFeed(
      feed([record('weather', 1)]),
      new Map([['market', () => Promise.resolve()]]),
      () => {},
      running,
    );
    await expect(sending).rejects.toThrow('the feed has records of weather; there are streams for market');
  });

  it('begins no batch after its end', async () => {
    const end = new AbortController();
    let calls = 0;
    const send = (): Promise<void> => {
      calls += 1;
      end.abort();
      return Promise.resolve();
    };
    await sendFeed(feed([record('a', 1)], [record('a', 2)]), new Map([['a', send]]), () => {}, end.signal);
    expect(calls).toBe(1);
  });
});

describe('the clock of the system', () => {
  it('sleeps, and is woken by the end', async () => {
    const end = new AbortController();
    const clock = systemClock(end.signal);
    const before = clock.now();
    await clock.sleep(5);
    expect(clock.now() - before).toBeGreaterThanOrEqual(4);
    const sleeping = clock.sleep(60_000);
    end.abort();
    await expect(sleeping).rejects.toThrow('aborted');
  });
});
