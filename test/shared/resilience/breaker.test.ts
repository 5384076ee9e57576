import { describe, expect, it } from 'vitest';
import { createBreaker, type BreakerEvent, type BreakerOptions } from '../../../lambdas/shared/resilience/breaker.ts';
import type { BreakerStore } from '../../../lambdas/shared/resilience/breaker-store.ts';
import { createLoneBreakerStore } from '../../../lambdas/shared/resilience/lone-breaker.ts';
import { UnavailableError } from '../../../lambdas/shared/errors/platform-error.ts';

/** A dependency that several instances call through breakers of their own over one table; the clock is turned by hand. */
const platform = () => {
  const inner = createLoneBreakerStore();
  const world = {
    time: 1_000_000,
    dependencyUp: true,
    tableUp: true,
    calls: 0,
    asked: 0,
    read: () => inner.read('store'),
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
});
