import { bulkhead } from 'cockatiel';
import { PlatformError } from '../errors/platform-error.ts';
import { hasPassed, type SharedState } from './breaker-state.ts';
import type { BreakerStore } from './breaker-store.ts';

export interface Changed {
  readonly stands: SharedState | undefined;
  /** By us. */
  readonly changed: boolean;
}

/** What a breaker asks of the shared state; each answer is undefined where the table gives none, or gave none just now. */
export interface BreakerQuestions {
  /** Writes what `step` makes of what stands, if anything. */
  change(step: (seen: SharedState | undefined) => SharedState | undefined): Promise<Changed | undefined>;
  /** Writes `next` if `seen` still stands. */
  replace(seen: SharedState, next: SharedState): Promise<{ readonly won: boolean } | undefined>;
}

/** A table that did not answer is left alone for so long, and costs its time-out no more often than that. */
const restMs = 2_000;
/** Of a write that others overtake. Who loses mostly finds that there is nothing left to write. */
const tries = 2;

/**
 * One question at a time, so that answers come in order.
 * @param onLost - told of every question that was not answered
 */
export const createBreakerQuestions = (
  store: BreakerStore,
  dependency: string,
  now: () => number,
  onLost: () => void,
): BreakerQuestions => {
  const inTurn = bulkhead(1, Infinity); // bounded by the calls under way
  let lostAt = -Infinity;

  const ask = <T>(question: () => Promise<T>): Promise<T | undefined> =>
    inTurn.execute(async () => {
      if (!hasPassed(lostAt, restMs, now())) return undefined;
      try {
        return await question();
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        lostAt = now();
        onLost();
        return undefined;
      }
    });

  return {
    change: (step) =>
      ask(async () => {
        let stands = await store.read(dependency);
        for (let n = 0; n < tries; n += 1) {
          const next = step(stands);
          if (!next) break;
          if (await store.replace(dependency, stands, next)) return { stands: next, changed: true };
          stands = await store.read(dependency);
        }
        return { stands, changed: false };
      }),
    replace: (seen, next) => ask(async () => ({ won: await store.replace(dependency, seen, next) })),
  };
};
