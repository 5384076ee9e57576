/** The keeper of holds looks this often while none stands (EventBridge Scheduler knows nothing shorter). Seconds. */
const keeperEverySeconds = 60;

/** The keeper switches mappings off in its first look; that one takes so long where every call of it is slow. Seconds. */
const keeperLookSeconds = 20;

/** What Lambda is given to disable a mapping; AWS promises no time, and has been seen to take well under a minute. */
const switchSeconds = 120;

/**
 * An attempt that meets an outage waits in the function for at least this part of its timeout: the shortest of its waits
 * is that for the registry, half of the half (lambdas/enrichment/retries.ts).
 */
const leastPartWaited = 1 / 4;

/** DESIGN section 5: a hold stops the mapping before this part of the attempts is spent. */
const partOfAttempts = 1 / 4;

export interface HoldTimes {
  readonly timeoutSeconds: number;
  readonly holdAfterSeconds: number;
}

/**
 * A breaker opens at the fifth failure in a row; where a dependency hangs each is a time-out, a third of the half of the
 * function's timeout (lambdas/enrichment/retries.ts).
 */
const failuresToOpen = 5;
const longestFailure = 1 / 6;

/** A batch places the hold when it ends, half a timeout after it began at the latest. */
const untilBatchEnds = 1 / 2;

/** From the moment at which a dependency goes away until its hold is placed, at the most. Seconds. */
export const secondsUntilHeld = ({ timeoutSeconds, holdAfterSeconds }: HoldTimes): number =>
  Math.ceil(timeoutSeconds * failuresToOpen * longestFailure + holdAfterSeconds + timeoutSeconds * untilBatchEnds);

/** From the same moment until Lambda has stopped reading, at the most. Seconds. */
export const secondsUntilOff = (times: HoldTimes): number =>
  secondsUntilHeld(times) + keeperEverySeconds + keeperLookSeconds + switchSeconds;

/** How many attempts a lane spends on an outage of any length, at the most: the one that is under way, and what fits. */
export const attemptsSpent = (times: HoldTimes): number =>
  1 + Math.ceil(secondsUntilOff(times) / (times.timeoutSeconds * leastPartWaited));

/** The least `attempts` with which that is at most a quarter of them. */
export const leastAttempts = (times: HoldTimes): number => Math.ceil(attemptsSpent(times) / partOfAttempts);
