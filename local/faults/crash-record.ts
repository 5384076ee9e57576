import { sleepUntil } from '../pause.ts';
import type { RunningFunctions } from '../runtime/function-host.ts';
import type { Fault } from './fault.ts';

export interface CrashRecordOptions {
  readonly functions: Pick<RunningFunctions, 'look'>;
  /** The record is known by it, and no other has it. */
  readonly partitionKey: string;
  /** Sends the one record. */
  readonly send: () => Promise<void>;
  /** Records that Lambda has given up on so far. */
  readonly givenUp: () => number;
  /** From then on it is not waited for. */
  readonly hurry: AbortSignal;
}

/** A hundred attempts take two minutes. */
const patienceMs = 300_000;
const lookEveryMs = 200;

const holds = (payload: unknown, partitionKey: string): boolean => {
  const { Records: records } = payload as { Records?: readonly { kinesis?: { partitionKey?: string } }[] };
  return Array.isArray(records) && records.some(({ kinesis }) => kinesis?.partitionKey === partitionKey);
};

/** One record ends every process that it is delivered to. It is over when Lambda has given up on it. */
export const crashRecord = ({ functions, partitionKey, send, givenUp, hurry }: CrashRecordOptions): Fault => {
  let before = 0;
  let ended = 0;
  let stop: (() => void) | undefined;
  return {
    name: 'crash-record',
    begin: async () => {
      before = givenUp();
      ended = 0;
      stop = functions.look({
        began: ({ payload, kill }) => {
          if (!holds(payload, partitionKey)) return;
          ended += 1;
          kill();
        },
      });
      await send();
    },
    end: async () => {
      const until = Date.now() + patienceMs;
      const sleep = sleepUntil(hurry);
      while (givenUp() === before && Date.now() < until && !hurry.aborted) await sleep(lookEveryMs);
      stop?.();
    },
    counts: () => [
      { what: 'processes ended by it', count: ended, must: true },
      { what: 'records given up', count: givenUp() - before, must: true },
    ],
  };
};
