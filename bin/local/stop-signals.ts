/** What a person at the terminal, or whoever started us, wants. */
export interface StopSignals {
  /** End the feed, take the account, stop everything. */
  readonly stop: AbortSignal;
  /** Stop everything at once. */
  readonly stopNow: AbortSignal;
  /** As if it had been asked for. */
  request(): void;
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
  return { stop: stop.signal, stopNow: stopNow.signal, request };
};
