import type { Invocation, RunningFunctions } from '../runtime/function-host.ts';
import type { InvokeResult } from '../world.ts';
import type { Fault } from './fault.ts';
import { meanwhile } from './meanwhile.ts';

export interface DuplicateDeliveryOptions {
  readonly functions: Pick<RunningFunctions, 'look' | 'invoke'>;
  /** Whose batches are delivered again. */
  readonly functionNames: readonly string[];
  /** From 0 to 1. */
  readonly random: () => number;
  readonly complain: (error: unknown) => void;
}

/** Batches that were finished, of each function; a batch may have megabytes. */
const remembered = 10;
const pauseMs = 100;

const isFinished = (result: InvokeResult): boolean =>
  'payload' in result &&
  ((result.payload as { batchItemFailures?: unknown[] } | null)?.batchItemFailures?.length ?? 0) === 0;

/** Delivers batches once more that had been finished, some at the same time as others and as what is new. */
export const duplicateDelivery = ({ functions, functionNames, random, complain }: DuplicateDeliveryOptions): Fault => {
  const finished = new Map<string, unknown[]>(functionNames.map((name) => [name, []]));
  let count = 0;
  let stop: (() => void) | undefined;
  const remember = ({ functionName, payload }: Invocation, result: InvokeResult): void => {
    const payloads = finished.get(functionName);
    if (!payloads || !isFinished(result)) return;
    payloads.push(payload);
    if (payloads.length > remembered) payloads.shift();
  };
  const deliverAgain = async (name: string): Promise<void> => {
    const payloads = finished.get(name) ?? [];
    const payload = payloads[Math.floor(random() * payloads.length)];
    if (payload !== undefined && isFinished(await functions.invoke(name, payload))) count += 1;
  };
  // Each function by itself: one that takes its time must not hold up the others.
  const delivering = functionNames.map((name) =>
    meanwhile({ round: () => deliverAgain(name), pauseMs: () => pauseMs, complain }),
  );
  return {
    name: 'duplicate-delivery',
    begin: async () => {
      count = 0;
      stop = functions.look({ ended: remember });
      for (const one of delivering) one.begin();
    },
    end: async () => {
      await Promise.all(delivering.map((one) => one.end()));
      stop?.();
      for (const payloads of finished.values()) payloads.splice(0);
    },
    counts: () => [{ what: 'batches delivered again', count, must: true }],
  };
};
