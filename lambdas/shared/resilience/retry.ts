import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';

/** How long and how often an invocation tries again in place (DESIGN section 5: at most half its timeout). */
export interface RetryBudget {
  /** No attempt begins after this moment, milliseconds since the epoch. */
  readonly deadline: number;
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** How long one attempt may take, milliseconds. */
  readonly attemptTimeoutMs: number;
  readonly now: () => number;
}

/** Runs something, again and again while `mayHelp` and the budget allow, with exponential backoff and jitter. */
export type Resilient = <T>(attempt: (timeoutMs: number) => Promise<T>) => Promise<T>;

/**
 * @param mayHelp - whether an error may go away by itself; any other is thrown at once
 * @param onRetry - told of every attempt that is made again: no retry is silent
 */
export const createResilient = (
  { deadline, maxRetries, attemptTimeoutMs, now }: RetryBudget,
  mayHelp: (error: unknown) => boolean,
  onRetry: (error: unknown) => void,
): Resilient => {
  const policy = retry(
    handleWhen((error) => mayHelp(error) && now() < deadline),
    { maxAttempts: maxRetries, backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 2_000 }) },
  );
  policy.onRetry((reason) => onRetry('error' in reason ? reason.error : reason));
  return (attempt) => policy.execute(() => attempt(Math.max(1, Math.min(attemptTimeoutMs, deadline - now()))));
};
