import type { SharedState } from './breaker-state.ts';
import type { BreakerStore } from './breaker-store.ts';
import { createBreaker, type Breaker, type BreakerOptions } from './breaker.ts';

/** The shared states in memory, under the same conditions. */
export const createLoneBreakerStore = (): BreakerStore => {
  const states = new Map<string, SharedState>();
  return {
    read: async (dependency) => states.get(dependency),
    replace: async (dependency, seen, next) => {
      if (states.get(dependency)?.revision !== seen?.revision) return false;
      states.set(dependency, next);
      return true;
    },
  };
};

/** For a program that shares its breaker with nobody, such as a tool. */
export const createLoneBreaker = (
  rules: Pick<BreakerOptions, 'dependency' | 'isFailure' | 'failures'>,
  now: () => number,
): Breaker =>
  createBreaker({ ...rules, store: createLoneBreakerStore(), instance: 'alone', now, onEvent: () => undefined });
