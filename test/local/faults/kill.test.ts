import { describe, expect, it } from 'vitest';
import { kill, type KillPoint } from '../../../local/faults/kill.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A point at which a process comes by at its n-th turn, and every turn after. */
const point = (name: string, from: number): KillPoint & { readonly turns: () => number } => {
  let turns = 0;
  return {
    name,
    turns: () => turns,
    strike: async () => {
      turns += 1;
      return turns >= from;
    },
  };
};
const killAt = (points: readonly KillPoint[], complaints: unknown[] = [], hurry = new AbortController().signal) =>
  kill({ points, random: () => 0, complain: (error) => complaints.push(error), hurry, restMs: 1 });
const countsOf = ({ counts }: ReturnType<typeof kill>) => counts?.().map(({ what, count }) => `${what}: ${count}`);

describe('kills', () => {
  it('come at each point in turn, and are counted', async () => {
    const fault = killAt([point('here', 1), point('there', 1)]);
    await fault.begin();
    await sleep(350);
    await fault.end();
    const [here = 0, there = 0] = fault.counts?.().map(({ count }) => count) ?? [];
    expect(here).toBeGreaterThan(0);
    expect(there).toBeGreaterThan(0);
    expect(here - there).toBeLessThanOrEqual(1);
    expect(fault.counts?.().every(({ must }) => must)).toBe(true);
  });

  it('wait at the end for a point that nobody came to, a bounded time', async () => {
    const late = point('late', 4);
    const never = point('never', Infinity);
    const fault = killAt([point('here', 1), late, never]);
    await fault.begin();
    await fault.end();
    expect(countsOf(fault)).toEqual(['kills here: 1', 'kills late: 1', 'kills never: 0']);
    expect(late.turns()).toBe(4);
    expect(never.turns()).toBeLessThan(20);
  });

  it('wait for nobody where everything is to stop at once', async () => {
    const never = point('never', Infinity);
    const fault = killAt([never], [], AbortSignal.abort());
    await fault.begin();
    await fault.end();
    expect(never.turns()).toBeLessThanOrEqual(1);
  });

  it('begin from nothing when they are begun again', async () => {
    const fault = killAt([point('here', 1)]);
    await fault.begin();
    await fault.end();
    await fault.begin();
    await fault.end();
    expect(countsOf(fault)).toEqual(['kills here: 1']);
  });

  it('go on at the next point when one cannot be tried, and say so once', async () => {
    const complaints: unknown[] = [];
    const broken: KillPoint = { name: 'broken', strike: () => Promise.reject(new Error('no connection')) };
    const fault = killAt([broken, point('there', 1)], complaints);
    await fault.begin();
    await sleep(250);
    await fault.end();
    expect(countsOf(fault)).toEqual(['kills broken: 0', expect.stringMatching(/kills there: [1-9]/)]);
    expect(complaints.length).toBeGreaterThan(0);
  });
});
