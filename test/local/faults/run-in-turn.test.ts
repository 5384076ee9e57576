import { describe, expect, it } from 'vitest';
import type { Fault } from '../../../local/faults/fault.ts';
import { runInTurn, shortestLength, type FaultStep, type FaultWorld } from '../../../local/faults/run-in-turn.ts';

const times = { leadMs: 4_000, pauseMs: 3_000, longestRecoveryMs: 60_000 };
const observed = { longestLagMs: 7_250, mostAttempts: 3, attemptsOf: { f: 3 }, peakMemoryMb: 140 };

interface Takes {
  readonly beginMs?: number;
  readonly endMs?: number;
}

/** A world whose clock only sleeping, and what takes time, moves. */
const turnedByHand = (changed: Partial<FaultWorld> = {}) => {
  const log: string[] = [];
  const world = { time: 0, log, note: (what: string): void => void log.push(`${world.time} ${what}`) };
  const faultWorld: FaultWorld = {
    now: () => world.time,
    sleep: (ms) => {
      world.time += ms;
      return Promise.resolve();
    },
    ending: () => false,
    isCaughtUp: () => true,
    observe: () => () => observed,
    say: (line) => world.note(`"${line}"`),
    ...changed,
  };
  const fault = (name: string, { beginMs = 0, endMs = 0, ...changed }: Partial<Fault> & Takes = {}): FaultStep => ({
    forMs: 5_000,
    fault: {
      name,
      begin: async () => {
        world.note(`begin ${name}`);
        world.time += beginMs;
      },
      end: async () => {
        world.note(`end ${name}`);
        world.time += endMs;
      },
      ...changed,
    },
  });
  return { world, faultWorld, fault };
};

describe('faults in turn', () => {
  it('begin under load, last their time and are followed by a pause, one after the other', async () => {
    const { world, faultWorld, fault } = turnedByHand();
    await runInTurn([fault('a'), fault('b')], times, faultWorld);
    expect(world.log).toEqual([
      '4000 begin a',
      '4000 "a: for 5.0 s from now"',
      '9000 end a',
      '9000 "a: over after 5.0 s"',
      '9000 "a: caught up 0.0 s later, longest lag 7.3 s"',
      '12000 begin b',
      '12000 "b: for 5.0 s from now"',
      '17000 end b',
      '17000 "b: over after 5.0 s"',
      '17000 "b: caught up 0.0 s later, longest lag 7.3 s"',
    ]);
    expect(world.time).toBe(shortestLength([{ forMs: 5_000 }, { forMs: 5_000 }], times));
  });

  it('count the time of beginning to the fault, and say how long it really was', async () => {
    const { world, faultWorld, fault } = turnedByHand();
    await runInTurn([fault('a', { beginMs: 700, endMs: 1_200 })], times, faultWorld);
    expect(world.log).toContain('9000 end a');
    expect(world.log).toContain('10200 "a: over after 6.2 s"');
  });

  it('wait for the run to recover before the next, and ask from when the fault was over', async () => {
    const asked = new Set<number>();
    const { world, faultWorld, fault } = turnedByHand({
      isCaughtUp: (since) => {
        asked.add(since);
        return world.time >= 15_000;
      },
    });
    await runInTurn([fault('a'), fault('b')], times, faultWorld);
    expect(world.log).toContain('15000 "a: caught up 6.0 s later, longest lag 7.3 s"');
    expect(world.log).toContain('15000 begin b');
    expect([...asked]).toEqual([9_000, 20_000]);
  });

  it('do not wait for ever', async () => {
    const { world, faultWorld, fault } = turnedByHand({ isCaughtUp: () => false });
    await runInTurn([fault('a')], times, faultWorld);
    expect(world.log.at(-1)).toBe('69000 "a: not caught up 60.0 s later"');
  });

  it('are ended when the run is to end, and no other begins', async () => {
    const { world, faultWorld, fault } = turnedByHand({
      ending: () => world.time >= 4_100,
      isCaughtUp: () => false,
      sleep: (ms) => {
        world.time = Math.min(world.time + ms, 4_100);
        return Promise.resolve();
      },
    });
    const results = await runInTurn([fault('a'), fault('b')], times, faultWorld);
    expect(results).toMatchObject([{ name: 'a', cut: true }]);
    expect(world.log.slice(2)).toEqual([
      '4100 end a',
      '4100 "a: over after 0.1 s"',
      '4100 "a: the run ends before it has caught up 0.0 s later"',
    ]);
  });

  it('are ended also when one cannot even begin, and one that cannot be ended is told', async () => {
    const { world, faultWorld, fault } = turnedByHand();
    const refuse = (why: string) => (): Promise<never> => Promise.reject(new Error(why));
    await expect(runInTurn([fault('a', { begin: refuse('stuck') })], times, faultWorld)).rejects.toThrow('stuck');
    expect(world.log).toContain('4000 end a');
    await expect(runInTurn([fault('b', { end: refuse('gone for good') })], times, faultWorld)).rejects.toThrow(
      'gone for good',
    );
  });

  it('are told of with what was seen in their time, and what they did by the end of their recovery', async () => {
    let deadlocks = 0;
    const { world, faultWorld, fault } = turnedByHand({ isCaughtUp: () => world.time >= 12_000 });
    const counts = () => [{ what: 'deadlocks', count: deadlocks, must: true }];
    const end = async (): Promise<void> => {
      deadlocks = 2;
    };
    const [first, second] = await runInTurn([fault('a', { end, counts }), fault('b')], times, faultWorld);
    expect(first).toEqual({
      name: 'a',
      begunAt: 4_000,
      lastedMs: 5_000,
      recoveredMs: 3_000,
      cut: false,
      counts: [{ what: 'deadlocks', count: 2, must: true }],
      ...observed,
    });
    expect(second).toMatchObject({ name: 'b', begunAt: 12_000, recoveredMs: 0, counts: [] });
  });

  it('are told of without a recovery where there was none', async () => {
    const { faultWorld, fault } = turnedByHand({ isCaughtUp: () => false });
    const [result] = await runInTurn([fault('a')], times, faultWorld);
    expect(result).toMatchObject({ name: 'a', recoveredMs: undefined });
  });
});
