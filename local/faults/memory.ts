import type { RunningFunctions } from '../runtime/function-host.ts';
import type { Fault } from './fault.ts';

export interface MemoryOptions {
  readonly functions: Pick<RunningFunctions, 'look' | 'get'>;
  /** Whose instances become too large. */
  readonly functionNames: readonly string[];
  /** Between two, milliseconds. */
  readonly everyMs: number;
  readonly now: () => number;
}

/** From time to time an instance takes more memory than its function may have, and is ended for it. */
export const memory = ({ functions, functionNames, everyMs, now }: MemoryOptions): Fault => {
  let ended = 0;
  let due = 0;
  let stop: (() => void) | undefined;
  return {
    name: 'memory',
    begin: async () => {
      ended = 0;
      due = now();
      stop = functions.look({
        began: ({ functionName, allocate }) => {
          if (now() < due || !functionNames.includes(functionName)) return;
          due = now() + everyMs;
          allocate(functions.get(functionName)?.memoryMb ?? 0);
        },
        ended: ({ functionName }, result) => {
          if ('error' in result && result.kind === 'memory' && functionNames.includes(functionName)) ended += 1;
        },
      });
    },
    end: async () => stop?.(),
    counts: () => [{ what: 'instances ended for their memory', count: ended, must: true }],
  };
};
