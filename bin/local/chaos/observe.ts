import type { Observed } from '../../../local/faults/run-in-turn.ts';
import type { RunningFunctions } from '../../../local/runtime/function-host.ts';
import type { PollerHost } from '../../../local/world.ts';

export interface ObserverOptions {
  readonly functions: Pick<RunningFunctions, 'sizes'>;
  /** Whose memory is of interest. */
  readonly functionNames: readonly string[];
  readonly pollers: Pick<PollerHost, 'onBatch'>;
  readonly lagMs: () => number;
}

export interface Observer {
  /** Begins to observe. @returns what was seen by the time it is asked */
  readonly observe: () => () => Observed;
  readonly stop: () => void;
}

const lookEveryMs = 200;

/** Sees from outside how a run bears its faults, whatever the clocks and the metrics of its functions say. */
export const createObserver = ({ functions, functionNames, pollers, lagMs }: ObserverOptions): Observer => {
  const seen = { longestLagMs: 0, mostAttempts: 0, peakMemoryMb: 0 };
  pollers.onBatch(({ failures }) => {
    seen.mostAttempts = Math.max(seen.mostAttempts, failures);
  });
  const look = (): void => {
    seen.longestLagMs = Math.max(seen.longestLagMs, lagMs());
    const sizes = functions.sizes().filter(({ functionName }) => functionNames.includes(functionName));
    seen.peakMemoryMb = Math.max(seen.peakMemoryMb, ...sizes.map(({ peakRssMb }) => peakRssMb));
  };
  const timer = setInterval(look, lookEveryMs);
  return {
    observe: () => {
      Object.assign(seen, { longestLagMs: 0, mostAttempts: 0, peakMemoryMb: 0 });
      return () => {
        look();
        return { ...seen };
      };
    },
    stop: () => clearInterval(timer),
  };
};
