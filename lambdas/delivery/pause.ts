import type { RelayPorts } from './relay-ports.ts';

/** Ends after a time, or when it is told to: a timer that nobody waits for keeps no process. */
export const pause: RelayPorts['pause'] = (ms) => {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  return {
    over,
    end: () => {
      clearTimeout(timer);
      resolve();
    },
  };
};
