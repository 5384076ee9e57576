import { ExponentialBackoff, fullJitterGenerator, handleWhen, retry } from 'cockatiel';
import { UnavailableError } from '../errors/platform-error.ts';

/** How long and how often an invocation tries again in place (DESIGN section 5: at most half its timeout). */
export interface RetryBudget {
  /** No attempt begins from this moment on, not even the first; milliseconds since the epoch. */
  readonly deadline: number;
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** How long one attempt may take, milliseconds. */
  readonly attemptTimeoutMs: number;
  readonly now: () => number;
  /** The longest pause between two attempts. @default 1,000 ms */
  readonly longestDelayMs?: number;
}

/**
 * Runs something, again and again while `mayHelp` and the budget allow, with exponential backoff and full jitter: each
 * pause is drawn evenly from nothing to twice what the last one could be at most.
 * Once the deadline has passed no attempt is made: throws what the last one failed with, or an UnavailableError where
 * there was none.
 */
export type Resilient = <T>(attempt: (timeoutMs: number) => Promise<T>) => Promise<T>;

/** A service that comes back is not kept waiting for long; an instance that asks once a second does not press it. */
const usualDelayMs = 1_000;

/**
 * @param mayHelp - whether an error may go away by itself; any other is thrown at once
 * @param onRetry - told of every attempt that is made again: no retry is silent
 */
export const createResilient = (
  { deadline, maxRetries, attemptTimeoutMs, now, longestDelayMs = usualDelayMs }: RetryBudget,
  mayHelp: (error: unknown) => boolean,
  onRetry: (error: unknown) => void,
): Resilient => {
  const backoff = new ExponentialBackoff({
    generator: fullJitterGenerator,
    initialDelay: 20,
    maxDelay: longestDelayMs,
  });
  const policy = retry(
    handleWhen((error) => mayHelp(error) && now() < deadline),
    { maxAttempts: maxRetries, backoff },
  );
  policy.onRetry((reason) => onRetry('error' in reason ? reason.error : reason));
  return (attempt) => {
    let last: unknown;
    return policy.execute(async () => {
      const left = deadline - now();
      if (left <= 0)
        throw last ?? new UnavailableError('time', 'the time for retries is spent: the record is answered');
      try {
        return await attempt(Math.ceil(Math.min(attemptTimeoutMs, left))); // timers and signals take whole numbers only
      } catch (error) {
        last = error;
        throw error;
      }
    });
  };
};
