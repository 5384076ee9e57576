import { createBreaker, type BreakerEvent, type BreakerOptions } from '../../../lambdas/shared/resilience/breaker.ts';
import type { BreakerStore } from '../../../lambdas/shared/resilience/breaker-store.ts';
import { createLoneBreakerStore } from '../../../lambdas/shared/resilience/lone-breaker.ts';
import { UnavailableError } from '../../../lambdas/shared/errors/platform-error.ts';

/** A dependency that several instances call through breakers of their own over one table; the clock is turned by hand. */
export const platform = () => {
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

export const times = (count: number, what: string): string[] => Array.from({ length: count }, () => what);
