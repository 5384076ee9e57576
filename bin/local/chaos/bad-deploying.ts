import type { ExpectedLetters } from '../../../feeds/wrong/check-wrong.ts';
import { badDeploy, type BadDeployOptions } from '../../../local/faults/bad-deploy.ts';
import type { Fault } from '../../../local/faults/fault.ts';
import type { MetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import { toldOf } from './retries.ts';

export interface BadDeployingOptions {
  readonly functions: BadDeployOptions['functions'];
  readonly metrics: MetricsStore;
  readonly source: string;
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Of these, more would be a guard that came too late. */
const mostParked = 49;

/** The fault, and the dead letters that it may lead to: what was parked in its time, before the source was held. */
export const badDeployOf = ({
  functions,
  metrics,
  source,
  functionName,
  now = Date.now,
}: BadDeployingOptions): { readonly fault: Fault; readonly expected: ExpectedLetters } => {
  let begunAt = Infinity;
  let endedAt = Infinity;
  const fault = badDeploy({
    functions,
    functionName,
    environment: { MAX_RECORD_BYTES: '1' },
    held: () => toldOf(metrics, 'Held', () => true, { source }),
  });
  return {
    fault: {
      ...fault,
      begin: () => {
        begunAt = now();
        return fault.begin();
      },
      end: async () => {
        await fault.end();
        endedAt = now();
      },
    },
    expected: {
      what: 'parked by the bad deploy, before it was held',
      least: 0,
      most: mostParked,
      // By the clocks of the stream and of the intake: that of the function may be off on purpose.
      isOne: ({ source: of, reason, via, arrivedAt, takenInAt }) =>
        of === source && reason === 'too-large' && via === 'parked' && arrivedAt <= endedAt && takenInAt >= begunAt,
    },
  };
};
