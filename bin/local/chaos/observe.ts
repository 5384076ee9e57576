import type { Observed } from '../../../local/faults/run-in-turn.ts';
import type { Invocation, RunningFunctions } from '../../../local/runtime/function-host.ts';
import type { InvokeResult } from '../../../local/world.ts';

export interface ObserverOptions {
  readonly functions: Pick<RunningFunctions, 'look' | 'sizes'>;
  /** Whose memory and attempts are of interest. */
  readonly functionNames: readonly string[];
  readonly lagMs: () => number;
}

export interface Observer {
  /** Begins to observe. @returns what was seen by the time it is asked */
  readonly observe: () => () => Observed;
  readonly stop: () => void;
}

const lookEveryMs = 200;
/** Batches whose attempts are counted at once: more than there can be under way. */
const mostBatches = 1_000;

/** The place in its shard of the record that a batch has to go on from; undefined where all of it is finished. */
const unfinishedFrom = ({ payload }: Invocation, result: InvokeResult): string | undefined => {
  const { Records: records = [] } = payload as { Records?: { eventID?: string }[] };
  if ('error' in result) return records[0]?.eventID;
  const answer = result.payload as { batchItemFailures?: { itemIdentifier?: string }[] } | null;
  const [first] = answer?.batchItemFailures ?? [];
  return first && records.find(({ eventID }) => eventID?.endsWith(`:${first.itemIdentifier}`))?.eventID;
};

const firstOf = ({ payload }: Invocation): string | undefined =>
  (payload as { Records?: { eventID?: string }[] }).Records?.[0]?.eventID;

/** Sees from outside how a run bears its faults, whatever the clocks and the metrics of its functions say. */
export const createObserver = ({ functions, functionNames, lagMs }: ObserverOptions): Observer => {
  const seen = { longestLagMs: 0, mostAttempts: 0, peakMemoryMb: 0 };
  /** Failed attempts at batches, by where each begins. */
  const failures = new Map<string, number>();

  const count = (invocation: Invocation, result: InvokeResult): void => {
    if (!functionNames.includes(invocation.functionName)) return;
    const key = (place: string): string => `${invocation.functionName} ${place}`;
    const first = key(firstOf(invocation) ?? '');
    const from = unfinishedFrom(invocation, result);
    const before = failures.get(first) ?? 0;
    failures.delete(first);
    if (from === undefined) return;
    // A batch that got on is another batch.
    const attempts = key(from) === first ? before + 1 : 1;
    failures.set(key(from), attempts);
    seen.mostAttempts = Math.max(seen.mostAttempts, attempts);
    for (const oldest of failures.keys()) {
      if (failures.size <= mostBatches) break;
      failures.delete(oldest);
    }
  };
  const stopLooking = functions.look({ ended: count });
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
    stop: () => {
      clearInterval(timer);
      stopLooking();
    },
  };
};
