import type { RunningFunctions } from '../runtime/function-host.ts';
import type { Fault } from './fault.ts';

/** Either way; below what a function takes as an event time of the future. */
const mostMs = 4 * 60_000;

/** Every instance that starts meanwhile has a clock of its own, off by up to four minutes. @param random - from 0 to 1 */
export const clockSkew = (
  functions: Pick<RunningFunctions, 'reconfigure'>,
  functionNames: readonly string[],
  random: () => number,
): Fault => {
  let ahead = 0;
  let behind = 0;
  let undo: (() => void)[] = [];
  const overlay = (): Record<string, string> => {
    // Turn by turn, so that both ways are seen however few instances there are.
    const sign = (ahead + behind) % 2 === 0 ? 1 : -1;
    if (sign > 0) ahead += 1;
    else behind += 1;
    return { LOCAL_CLOCK_OFFSET_MS: String(Math.round(sign * (0.25 + 0.75 * random()) * mostMs)) };
  };
  return {
    name: 'clock-skew',
    begin: async () => {
      ahead = 0;
      behind = 0;
      undo = functionNames.map((name) => functions.reconfigure(name, overlay));
    },
    end: async () => {
      for (const restore of undo.splice(0)) restore();
    },
    counts: () => [
      { what: 'instances ahead', count: ahead, must: true },
      { what: 'instances behind', count: behind, must: true },
    ],
  };
};
