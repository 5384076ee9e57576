import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeedEvent } from '../../feeds/feed-event.ts';
import { paceRecordings } from '../../feeds/pace.ts';
import { quoteEvent } from '../../feeds/sources/market.ts';
import { collect } from './support/collect.ts';

const at = (symbol: string, ...seconds: number[]): FeedEvent[] =>
  seconds.map((second) => quoteEvent({ symbol, occurredAt: second * 1_000_000, bid: 1, ask: 2, volume: 0 }));

async function* from(events: readonly FeedEvent[]): AsyncGenerator<FeedEvent> {
  yield* events;
}

const paced = async (...recordings: FeedEvent[][]): Promise<[string, number][]> =>
  (await collect(paceRecordings(recordings.map(from)))).map(({ dueMs, event }) => [
    event.partitionKey,
    Math.round(dueMs),
  ]);

describe('a replay', () => {
  it('starts every recording at zero and merges them by time', async () => {
    await expect(paced(at('a', 100, 101, 102), at('b', 7_000, 7_000.5, 7_001.5))).resolves.toEqual([
      ['a', 0],
      ['b', 0],
      ['b', 500],
      ['a', 1000],
      ['b', 1500],
      ['a', 2000],
    ]);
  });

  it('cuts a gap in which nothing is due to two seconds', async () => {
    await expect(paced(at('a', 0, 2, 5, 3_600, 3_601), at('b', 0, 3_600.5))).resolves.toEqual([
      ['a', 0],
      ['b', 0],
      ['a', 2000],
      ['a', 4000],
      ['a', 6000],
      ['b', 6500],
      ['a', 7000],
    ]);
  });

  it('gives a row that goes back in time with the one before it', async () => {
    await expect(paced(at('a', 10, 11, 10.5, 11.5))).resolves.toEqual([
      ['a', 0],
      ['a', 1000],
      ['a', 1000],
      ['a', 1500],
    ]);
  });

  it('closes what it reads when nobody wants more', async () => {
    let closed = 0;
    async function* watched(): AsyncGenerator<FeedEvent> {
      try {
        yield* at('a', 1, 2, 3);
      } finally {
        closed += 1;
      }
    }
    for await (const _ of paceRecordings([watched(), watched()])) break;
    expect(closed).toBe(2);
  });

  it('gives every row once, in its recording’s order, and never waits more than two seconds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 20_000 })), { maxLength: 4 }),
        async (recordings) => {
          const feeds = recordings.map((seconds, n) =>
            seconds.map((second, row) =>
              quoteEvent({ symbol: String(n), occurredAt: second * 1_000_000, bid: row, ask: 2, volume: 0 }),
            ),
          );
          const rows = await collect(paceRecordings(feeds.map(from)));
          feeds.forEach((feed, n) => {
            expect(rows.map(({ event }) => event).filter(({ partitionKey }) => partitionKey === String(n))).toEqual(
              feed,
            );
          });
          rows.forEach(({ dueMs }, n) => {
            const waited = dueMs - (rows[n - 1]?.dueMs ?? 0);
            expect(waited).toBeGreaterThanOrEqual(0);
            expect(waited).toBeLessThanOrEqual(2_000 + 1e-6);
          });
        },
      ),
    );
  });
});
