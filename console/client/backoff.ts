const shortestMs = 500;
const longestMs = 30_000;

/** How long to wait before an attempt: drawn evenly from a span that doubles, so that clients do not come back as one. */
export const backoffMs = (attempt: number, random: () => number): number =>
  random() * Math.min(longestMs, shortestMs * 2 ** Math.min(attempt, 16));

/** Waits, unless it is aborted. @throws the signal's reason */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
