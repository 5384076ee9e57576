/** What a person at the terminal, or whoever started us, wants. */
export interface StopSignals {
  /** End the feed, take the account, stop everything. */
  readonly stop: AbortSignal;
  /** Stop everything at once. */
  readonly stopNow: AbortSignal;
  /** Stops everything at once: nothing that runs is of use any more. */
  abandon(): void;
  /** Whether an error is no failure, only what stopping does to whatever waits. */
  isStop(error: unknown): boolean;
}

/**
 * The first Ctrl-C ends in order, the second at once; a third does nothing more: what was started is being stopped.
 * npm hands the signal on, so one key can arrive twice.
 */
export const listenForStop = (now: () => number = Date.now): StopSignals => {
  const stop = new AbortController();
  const stopNow = new AbortController();
  const samePressMs = 500;
  let askedAt = 0;
  const request = (): void => {
    if (!stop.signal.aborted) {
      askedAt = now();
      stop.abort(new Error('stopped'));
    } else if (now() - askedAt > samePressMs) stopNow.abort(new Error('stopped at once'));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, request);
  // Nobody reads any more: `npm start | head`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', request);
  const reasons = (): unknown[] =>
    [stop.signal, stopNow.signal].map(({ aborted, reason }): unknown => aborted && reason);
  return {
    stop: stop.signal,
    stopNow: stopNow.signal,
    abandon: () => {
      stop.abort(new Error('abandoned'));
      stopNow.abort(new Error('abandoned'));
    },
    isStop: (error) => error instanceof Error && (reasons().includes(error) || reasons().includes(error.cause)),
  };
};
