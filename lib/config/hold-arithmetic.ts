/** The keeper of holds looks this often while none stands (EventBridge Scheduler knows nothing shorter). Seconds. */
const keeperEverySeconds = 60;

/** The longest that one look of the keeper can take, which delays the next. Seconds. */
const keeperTimeoutSeconds = 60;

/** What Lambda is given to disable a mapping; AWS promises no time, and has been seen to take well under a minute. */
const switchSeconds = 120;

/**
 * An attempt that meets an outage waits in the function for at least this part of its timeout: the shortest of its waits
 * is that for the registry, half of the half (lambdas/enrichment/enrich-events.ts).
 */
const leastPartWaited = 1 / 4;

/** DESIGN section 5: a hold stops the mapping before this part of the attempts is spent. */
const partOfAttempts = 1 / 4;

export interface HoldTimes {
  readonly timeoutSeconds: number;
  readonly holdAfterSeconds: number;
}

/** From the moment at which a dependency goes away until Lambda has stopped reading, at the most. Seconds. */
export const secondsUntilOff = ({ holdAfterSeconds }: Pick<HoldTimes, 'holdAfterSeconds'>): number =>
  holdAfterSeconds + keeperEverySeconds + keeperTimeoutSeconds + switchSeconds;

/** How many attempts a lane spends on an outage of any length, at the most: the one that is under way, and what fits. */
export const attemptsSpent = (times: HoldTimes): number =>
  1 + Math.ceil(secondsUntilOff(times) / (times.timeoutSeconds * leastPartWaited));

/** The least `attempts` with which that is at most a quarter of them. */
export const leastAttempts = (times: HoldTimes): number => Math.ceil(attemptsSpent(times) / partOfAttempts);
