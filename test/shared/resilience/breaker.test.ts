import { describe, expect, it } from 'vitest';
import type { BreakerStore } from '../../../lambdas/shared/resilience/breaker-store.ts';
import { createLoneBreakerStore } from '../../../lambdas/shared/resilience/lone-breaker.ts';
import { platform, times } from './platform-by-hand.ts';

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

  it('stays closed where it was seen open just before its probe was answered', async () => {
    const inner = createLoneBreakerStore();
    let gate = Promise.resolve();
    const store: BreakerStore = {
      read: async (dependency) => {
        const seen = await inner.read(dependency);
        await gate;
        return seen;
      },
      replace: (...write) => inner.replace(...write),
    };
    const world = platform();
    world.dependencyUp = false;
    const { many, attempt } = world.instance('a', { store });
    await many(5);
    world.time += 2_000;
    let answer: (text: string) => void = () => undefined;
    const probe = attempt(() => new Promise<string>((resolve) => (answer = resolve)));
    await new Promise(setImmediate);
    world.time += 500;
    let open: () => void = () => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const other = attempt();
    await new Promise(setImmediate);
    answer('answer');
    await new Promise(setImmediate);
    open();
    world.dependencyUp = true;
    expect(await Promise.all([probe, other])).toEqual(['answer', 'answer']);
    expect(await many(1)).toEqual(['answer']);
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
