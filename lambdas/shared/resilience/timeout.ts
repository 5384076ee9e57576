import { isTaskCancelledError, timeout, TimeoutStrategy } from 'cockatiel';

/**
 * Ends a call after a time of its own, and tells it so by the signal; what ignores the signal is no longer waited for.
 * @throws DOMException `TimeoutError`, as `AbortSignal.timeout` does; but on a timer that simulated time can turn
 */
export const withTimeout = async <T>(timeoutMs: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  try {
    return await timeout(timeoutMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }).execute(
      ({ signal }) => call(signal),
    );
  } catch (error) {
    throw isTaskCancelledError(error) ? new DOMException(`no answer in ${timeoutMs} ms`, 'TimeoutError') : error;
  }
};
