import { setTimeout as wait } from 'node:timers/promises';

/** Time as a feed sees it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @throws AbortError where the feed is ended meanwhile */
  readonly sleep: (ms: number) => Promise<void>;
}

export const systemClock = (signal: AbortSignal): Clock => ({
  now: Date.now,
  sleep: async (ms) => {
    await wait(ms, undefined, { signal });
  },
});
