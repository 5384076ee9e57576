import { describe, expect, it } from 'vitest';
import type { StandingHold } from '../../bin/local/catch-up.ts';
import { formatLive } from '../../bin/local/live.ts';
import { watchHolds } from '../../bin/local/watch-holds.ts';

const market: StandingHold = { source: 'market', cause: 'rejects' };

describe('the watch over holds', () => {
  it('tells of each when it comes and when it goes, once', async () => {
    const looks: (readonly StandingHold[])[] = [[], [market], [market], [{ source: 'social', cause: 'outage' }], []];
    const said: string[] = [];
    const watch = watchHolds({
      holds: () => Promise.resolve(looks.shift() ?? []),
      say: (line) => void said.push(line),
    });
    for (let n = 0; n < 5; n += 1) await watch.look();
    expect(said.map((line) => line.split('.')[0])).toEqual([
      'market is held: rejects',
      'social is held: outage',
      'market is no longer held',
      'social is no longer held',
    ]);
  });

  it('keeps what it saw while the table does not answer, and asks for one thing at a time', async () => {
    let answer: () => Promise<readonly StandingHold[]> = () => Promise.resolve([market]);
    let asked = 0;
    const said: string[] = [];
    const watch = watchHolds({ holds: () => ((asked += 1), answer()), say: (line) => void said.push(line) });
    await watch.look();
    answer = () => Promise.reject(new Error('away'));
    await watch.look();
    expect([...watch.standing()]).toEqual([['market', 'rejects']]);
    const { promise, resolve } = Promise.withResolvers<readonly StandingHold[]>();
    answer = () => promise;
    const both = [watch.look(), watch.look()];
    resolve([]);
    await Promise.all(both);
    expect(asked).toBe(3);
    expect(watch.standing().size).toBe(0);
    expect(said).toHaveLength(2);
  });
});

describe('the live line', () => {
  it('shows what is held', () => {
    const counts = { source: 'market', sent: 5, stored: 4, duplicates: 0, rejected: 1, lagMs: undefined };
    expect(formatLive([counts], 1_000, new Map([['market', 'rejects']]))[1]).toMatch(
      /^market HELD \(rejects\): sent 5/,
    );
    expect(formatLive([counts], 1_000)[1]).toMatch(/^market: sent 5/);
  });
});
