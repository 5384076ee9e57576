import { describe, expect, it } from 'vitest';
import { catchUp, type CatchUpWorld, type StandingHold } from '../../bin/local/catch-up.ts';

/** A run whose shards get on until `stuckFrom`, whose holds stand until `releasedAt`, on a clock that sleeping turns. */
const turnedByHand = ({ doneAt = Infinity, stuckFrom = 0, releasedAt = 0, holds = [] as readonly StandingHold[] }) => {
  const said: string[] = [];
  let time = 0;
  const standing = () => (time < releasedAt ? holds : []);
  const world: CatchUpWorld = {
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
    isCaughtUp: (_, except) => time >= doneAt || (except.size > 0 && except.size === holds.length),
    checkpoints: () => String(Math.min(time, stuckFrom)),
    holds: async () => standing(),
    say: (line) => said.push(line),
  };
  return { world, said, time: () => time };
};
const rejects = { source: 'market', cause: 'rejects' };
const operator = { source: 'market', cause: 'operator' };

describe('waiting for the shards', () => {
  it('ends when all is read, however long that takes while they get on', async () => {
    const { world, said, time } = turnedByHand({ doneAt: 500_000, stuckFrom: Infinity });
    await catchUp(world);
    expect(time()).toBe(500_000);
    expect(said).toEqual([]);
  });

  it('gives up when none has got on for a minute and a half', async () => {
    const { world, said, time } = turnedByHand({ stuckFrom: 10_000 });
    await catchUp(world);
    expect(time()).toBe(100_000);
    expect(said).toEqual(['No shard has got on for 90 s: the account is taken as it is.']);
  });

  it('bears with a hold that the keeper has still to end', async () => {
    const { world, said, time } = turnedByHand({ holds: [rejects], releasedAt: 110_000, doneAt: 115_000 });
    const getsOn = { ...world, checkpoints: () => String(time() > 110_000) };
    await catchUp(getsOn);
    expect(time()).toBe(115_000);
    expect(said).toEqual(['market is held (rejects): waiting for the keeper']);
  });

  it('bears with it for four minutes', async () => {
    const { world, said, time } = turnedByHand({ holds: [rejects], releasedAt: Infinity });
    await catchUp(world);
    expect(time()).toBe(240_000);
    expect(said.at(-1)).toBe('No shard has got on for 240 s: the account is taken as it is.');
  });

  it("does not wait for an operator's hold, and says so", async () => {
    const { world, said, time } = turnedByHand({ holds: [operator], releasedAt: Infinity });
    await catchUp(world);
    expect(time()).toBe(0);
    expect(said).toEqual(['market is held (operator): what it has not read stays held']);
  });

  it("waits for the others beside an operator's hold", async () => {
    const holds = [operator, { source: 'social', cause: 'outage' }];
    const { world, time } = turnedByHand({ holds, releasedAt: Infinity, doneAt: 5_000 });
    await catchUp(world);
    expect(time()).toBe(5_000);
  });
});
