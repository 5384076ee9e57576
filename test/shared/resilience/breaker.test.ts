import { describe, expect, it } from 'vitest';
import { createBreaker, type BreakerEvent, type BreakerOptions } from '../../../lambdas/shared/resilience/breaker.ts';
import type { BreakerStore } from '../../../lambdas/shared/resilience/breaker-store.ts';
import { createLoneBreakerStore } from '../../../lambdas/shared/resilience/lone-breaker.ts';
import { UnavailableError } from '../../../lambdas/shared/errors/platform-error.ts';

/** A dependency that several instances call through breakers of their own over one table; the clock is turned by hand. */
const platform = () => {
  let inner = createLoneBreakerStore();
  const world = {
    time: 1_000_000,
    dependencyUp: true,
    tableUp: true,
    calls: 0,
    asked: 0,
    read: () => inner.read('store'),
    forget: () => {
      inner = createLoneBreakerStore();
    },
    instance: (name: string, options: Partial<BreakerOptions> = {}, skewMs = 0) => {
      const events: BreakerEvent[] = [];
      const breaker = createBreaker({
        dependency: 'store',
        isFailure: (error) => (error as Error).message === 'away',
        store,
        instance: name,
        now: () => world.time + skewMs,
        random: () => 0,
        onEvent: (event) => events.push(event),
        ...options,
      });
      const call = async (): Promise<string> => {
        world.calls += 1;
        await Promise.resolve();
        if (!world.dependencyUp) throw new Error('away');
        return 'answer';
      };
      /** @returns what became of one call: `answer`, `away`, `refused` */
      const attempt = (what = call): Promise<string> =>
        breaker.execute(what).catch((error: Error) => (error instanceof UnavailableError ? 'refused' : error.message));
      const many = async (count: number): Promise<string[]> => {
        const results: string[] = [];
        for (let n = 0; n < count; n += 1) results.push(await attempt());
        return results;
      };
      return { breaker, events, attempt, many };
    },
  };
  const guard = async <T>(question: () => Promise<T>): Promise<T> => {
    world.asked += 1;
    if (!world.tableUp) throw new UnavailableError('controls', 'away');
    return question();
  };
  const store: BreakerStore = {
    read: (dependency) => guard(() => inner.read(dependency)),
    replace: (...write) => guard(() => inner.replace(...write)),
  };
  return world;
};

const times = (count: number, what: string): string[] => Array.from({ length: count }, () => what);

describe('a breaker', () => {
  it('of a healthy instance asks for nothing shared', async () => {
    const world = platform();
    expect(await world.instance('a').many(100)).toEqual(times(100, 'answer'));
    expect(world.asked).toBe(0);
  });

  it('opens after failures in a row, and then refuses at once', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { many, events, breaker } = world.instance('a');
    expect(await many(7)).toEqual([...times(5, 'away'), 'refused', 'refused']);
    expect(events).toEqual(['opened', 'refused', 'refused']);
    expect(await world.read()).toMatchObject({ state: 'open', number: 1, openedBy: 'a' });
    world.time += 700;
    expect(breaker.openForMs()).toBe(700);
    await expect(breaker.execute(async () => 1)).rejects.toMatchObject({ disposition: 'retry', reason: 'store' });
  });

  it('is not opened by failures with answers between them, nor by what the dependency answered', async () => {
    const world = platform();
    const { many, attempt } = world.instance('a');
    for (let n = 0; n < 5; n += 1) {
      world.dependencyUp = false;
      await many(4);
      world.dependencyUp = true;
      await many(1);
      world.dependencyUp = false;
      await many(4);
      await attempt(async () => Promise.reject(new Error('a condition failed')));
    }
    expect(await world.read()).toBeUndefined();
  });

  it('opens once for many failures at once', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { attempt, events, many } = world.instance('a');
    expect(await Promise.all(times(20, '').map(() => attempt()))).toEqual(times(20, 'away'));
    expect(events).toEqual(['opened']);
    expect(await world.read()).toMatchObject({ state: 'open', number: 1 });
    expect(await many(1)).toEqual(['refused']);
  });

  it('does not count what fails late, of calls from before it was closed again', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { attempt, many } = world.instance('a');
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const late = times(20, '').map(() =>
      attempt(async () => {
        await ended;
        throw new Error('away');
      }),
    );
    await many(5);
    world.dependencyUp = true;
    world.time += 2_000;
    expect(await many(1)).toEqual(['answer']);
    end();
    expect(await Promise.all(late)).toEqual(times(20, 'away'));
    expect(await world.read()).toMatchObject({ state: 'closed', number: 1 });
  });

  it('is joined by an instance at its first failure', async () => {
    const world = platform();
    world.dependencyUp = false;
    await world.instance('a').many(5);
    world.time += 300;
    const b = world.instance('b');
    expect(await b.many(3)).toEqual(['away', 'refused', 'refused']);
    expect(b.events).toEqual(['refused', 'refused']);
  });

  it('lets one of twenty calls at once through when a probe is due', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { many, attempt, events } = world.instance('a');
    await many(5);
    world.time += 2_000;
    const results = await Promise.all(times(20, '').map(() => attempt()));
    expect(results.filter((result) => result === 'away')).toHaveLength(1);
    expect(results.filter((result) => result === 'refused')).toHaveLength(19);
    expect(events.filter((event) => event === 'probed')).toHaveLength(1);
  });

  it('refuses from the failure on that opens it, also while the table is being told', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { many, attempt } = world.instance('a');
    await many(4);
    const fifth = attempt();
    for (let n = 0; n < 4; n += 1) await Promise.resolve();
    const meanwhile = Promise.all(times(10, '').map(() => attempt()));
    expect(await fifth).toBe('away');
    expect(await meanwhile).toEqual(times(10, 'refused'));
    expect(world.calls).toBe(5);
  });

  it.each([
    ['an answer', async () => 'answer'],
    ['an error that is an answer', async () => Promise.reject(new Error('a condition failed'))],
  ])('is closed for all by a probe that gets %s', async (_, call) => {
    const world = platform();
    world.dependencyUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    await b.many(2);
    world.time += 2_000;
    await a.attempt(call);
    expect(a.events.slice(-2)).toEqual(['probed', 'closed']);
    expect([a.breaker.openForMs(), (await world.read())?.state]).toEqual([0, 'closed']);
    world.dependencyUp = true;
    world.time += 500;
    expect(await b.many(2)).toEqual(['answer', 'answer']);
    expect(b.events.includes('probed')).toBe(false);
  });

  it('stays open after a probe that fails, for another period', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { many } = world.instance('a');
    await many(5);
    world.time += 2_000;
    expect(await many(2)).toEqual(['away', 'refused']);
    world.time += 1_999;
    expect(await many(1)).toEqual(['refused']);
    world.time += 1;
    expect(await many(2)).toEqual(['away', 'refused']);
  });

  it('is probed by another instance when the one whose turn it was died', async () => {
    const world = platform();
    world.dependencyUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    await b.many(2);
    world.time += 2_000;
    void a.attempt(() => new Promise(() => undefined));
    world.dependencyUp = true;
    expect(await b.many(2)).toEqual(['refused', 'refused']);
    world.time += 2_000;
    expect(await b.many(2)).toEqual(['answer', 'answer']);
    expect((await world.read())?.state).toBe('closed');
  });

  it('is not closed by the answer to a probe of an earlier opening', async () => {
    const world = platform();
    world.dependencyUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    await b.many(1);
    world.time += 2_000;
    let answer: (text: string) => void = () => undefined;
    const late = a.attempt(() => new Promise<string>((resolve) => (answer = resolve)));
    await new Promise(setImmediate);
    world.time += 500;
    expect(await b.many(1)).toEqual(['refused']); // sees whose turn it is, and waits for as long again
    world.time += 2_000;
    world.dependencyUp = true;
    expect(await b.many(1)).toEqual(['answer']);
    world.dependencyUp = false;
    await b.many(5);
    expect(await world.read()).toMatchObject({ state: 'open', number: 2 });
    answer('answer');
    expect(await late).toBe('answer');
    expect(await world.read()).toMatchObject({ state: 'open', number: 2 });
    expect(a.events.includes('closed')).toBe(false);
    expect(await a.many(1)).toEqual(['refused']);
  });

  it('is probed though clocks are minutes apart, in both directions', async () => {
    const world = platform();
    world.dependencyUp = false;
    const [early, right, late] = [-600_000, 0, 600_000].map((skewMs) => world.instance(`${skewMs}`, {}, skewMs));
    await right?.many(5);
    for (const other of [early, late]) {
      await other?.many(2);
      expect(other?.breaker.openForMs()).toBe(right?.breaker.openForMs());
      world.time += 2_000;
      expect(await other?.many(2)).toEqual(['away', 'refused']);
      expect(await right?.many(1)).toEqual(['refused']);
    }
    expect(right?.breaker.openForMs()).toBe(4_000);
  });

  it('is open for as long to an instance that came later, whatever its clock says', async () => {
    const world = platform();
    world.dependencyUp = false;
    const a = world.instance('a');
    await a.many(5);
    for (let n = 0; n < 10; n += 1) {
      world.time += 2_000;
      await a.many(1);
    }
    const b = world.instance('b', {}, 300_000);
    await b.many(1);
    expect([a.breaker.openForMs(), b.breaker.openForMs()]).toEqual([20_000, 20_000]);
  });

  it('is probed by an instance whose clock was put back by an hour', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { many } = world.instance('a');
    await many(5);
    world.time -= 3_600_000;
    world.dependencyUp = true;
    expect(await many(1)).toEqual(['answer']);
  });

  it('is closed where an operator removed its item', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { many } = world.instance('a');
    await many(5);
    world.dependencyUp = true;
    world.forget();
    world.time += 500;
    expect(await many(1)).toEqual(['answer']);
  });
});

describe('a breaker whose table is away', () => {
  it('opens, probes and closes by what its instance sees, and counts that it knows no more', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const a = world.instance('a');
    expect(await a.many(7)).toEqual([...times(5, 'away'), 'refused', 'refused']);
    world.time += 2_000;
    expect(await a.many(2)).toEqual(['away', 'refused']);
    world.time += 2_000;
    world.dependencyUp = true;
    expect(await a.many(2)).toEqual(['answer', 'answer']);
    expect(a.events.filter((event) => event !== 'refused')).toEqual([
      'state-unknown',
      'opened',
      'state-unknown',
      'probed',
      'state-unknown',
      'probed',
      'closed',
    ]);
  });

  it('lets one of twenty calls at once through when a probe is due', async () => {
    const world = platform();
    world.dependencyUp = false;
    const { many, attempt } = world.instance('a');
    await many(5);
    world.tableUp = false;
    world.time += 2_000;
    const results = await Promise.all(times(20, '').map(() => attempt()));
    expect(results.filter((result) => result === 'away')).toHaveLength(1);
  });

  it('is probed by each instance that knew it open, and closed by each for itself', async () => {
    const world = platform();
    world.dependencyUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    await b.many(1);
    world.tableUp = false;
    world.time += 1_999;
    expect([await a.many(1), await b.many(1)]).toEqual([['refused'], ['refused']]);
    world.time += 1;
    expect([await a.many(2), await b.many(2)]).toEqual([
      ['away', 'refused'],
      ['away', 'refused'],
    ]);
    world.dependencyUp = true;
    world.time += 2_000;
    expect([await a.many(2), await b.many(2)]).toEqual([
      ['answer', 'answer'],
      ['answer', 'answer'],
    ]);
  });

  it('refuses nothing to an instance that saw no failure', async () => {
    const world = platform();
    world.dependencyUp = false;
    await world.instance('a').many(5);
    world.tableUp = false;
    world.dependencyUp = true;
    expect(await world.instance('b').many(20)).toEqual(times(20, 'answer'));
  });

  it('asks the table once in two seconds, however many calls fail', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const { many } = world.instance('a');
    for (let n = 0; n < 100; n += 1) {
      await many(10);
      world.time += 100;
    }
    expect(world.asked).toBeLessThanOrEqual(5);
    expect(world.asked).toBeGreaterThanOrEqual(4);
  });

  it('tells all others once the table is back', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const a = world.instance('a');
    await a.many(5);
    world.tableUp = true;
    world.time += 1_000;
    await a.many(1);
    expect(await world.read()).toBeUndefined(); // the table is left alone for two seconds
    world.time += 1_000;
    await a.many(1);
    expect(await world.read()).toMatchObject({ state: 'open', openedBy: 'a', openForMs: 2_000 });
    expect(await world.instance('b').many(2)).toEqual(['away', 'refused']);
    expect(a.events.filter((event) => event === 'opened')).toHaveLength(1);
  });

  it('joins what another opened meanwhile, once the table is back', async () => {
    const world = platform();
    world.dependencyUp = false;
    world.tableUp = false;
    const [a, b] = [world.instance('a'), world.instance('b')];
    await a.many(5);
    world.tableUp = true;
    await b.many(5);
    world.time += 2_000;
    await a.many(1);
    expect(await world.read()).toMatchObject({ number: 1, openedBy: 'b' });
    world.dependencyUp = true;
    world.time += 2_000;
    expect(await b.many(1)).toEqual(['answer']);
    world.time += 500;
    expect(await a.many(1)).toEqual(['answer']);
  });

  it('does not hide a bug of the store behind an unknown state', async () => {
    const world = platform();
    world.dependencyUp = false;
    const store = { read: async () => Promise.reject(new TypeError('a bug')), replace: async () => true };
    expect(await world.instance('a', { store }).many(1)).toEqual(['a bug']);
  });
});
