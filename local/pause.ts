/** Makes a sleep that ends early when the signal says stop; it never rejects. */
export const sleepUntil =
  (stop: AbortSignal) =>
  (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        stop.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      stop.addEventListener('abort', end);
      if (stop.aborted) end();
    });

const firstMs = 100;
const longestMs = 1_000;

/**
 * How long to leave a service alone that did not answer: exponential with jitter, and never so long that its return
 * would go unnoticed for more than a second.
 *
 * @param failures - in a row, 1 or more
 * @param random - from 0 to 1
 * @returns milliseconds
 */
export const awayDelay = (failures: number, random: number): number =>
  Math.round(Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + random / 2));

/** A signal for one request: it ends when the run is being abandoned, and when a service that hangs took too long. */
export const requestSignal = (abandoned: AbortSignal, ms: number): AbortSignal =>
  AbortSignal.any([abandoned, AbortSignal.timeout(ms)]);
