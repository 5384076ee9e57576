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
const nothing: Observed = { longestLagMs: 0, mostAttempts: 0, attemptsOf: {}, peakMemoryMb: 0 };

/** Sees from outside how a run bears its faults, whatever the clocks and the metrics of its functions say. */
export const createObserver = ({ functions, functionNames, pollers, lagMs }: ObserverOptions): Observer => {
  let seen = nothing;
  pollers.onBatch(({ functionArn, failures }) => {
    if (failures === 0) return;
    const name = functionArn.split(':')[6] ?? functionArn;
    const attempts = Math.max(seen.attemptsOf[name] ?? 0, failures);
    const mostAttempts = Math.max(seen.mostAttempts, failures);
    seen = { ...seen, mostAttempts, attemptsOf: { ...seen.attemptsOf, [name]: attempts } };
  });
  const look = (): void => {
    const sizes = functions.sizes().filter(({ functionName }) => functionNames.includes(functionName));
    seen = {
      ...seen,
      longestLagMs: Math.max(seen.longestLagMs, lagMs()),
      peakMemoryMb: Math.max(seen.peakMemoryMb, ...sizes.map(({ peakRssMb }) => peakRssMb)),
    };
  };
  const timer = setInterval(look, lookEveryMs);
  return {
    observe: () => {
      seen = nothing;
      return () => {
        look();
        return seen;
      };
    },
    stop: () => clearInterval(timer),
  };
};
