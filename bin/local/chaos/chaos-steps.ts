import { shortestLength } from '../../../local/faults/run-in-turn.ts';
import { durationMust, readDuration } from '../duration.ts';
import { faultNames, isFaultName, type FaultName } from './fault-names.ts';

/** Faults that are there together, and for how long, milliseconds. */
export interface ChaosStep {
  readonly names: readonly FaultName[];
  readonly forMs: number;
}

const usualMs = 10_000;

/** How a run with faults goes, milliseconds. A hold ends with a visit of the keeper, who comes once a minute. */
export const chaosTimes = { leadMs: 4_000, pauseMs: 3_000, longestRecoveryMs: 240_000 } as const;

const nameOf = (text: string): FaultName => {
  if (isFaultName(text)) return text;
  throw new Error(`--chaos must be of all, ${faultNames.join(', ')}, is "${text}"`);
};

const stepsOf = (text: string): ChaosStep[] => {
  const [faults = '', duration, ...rest] = text.split(':');
  const forMs = duration === undefined ? usualMs : readDuration(duration);
  if (forMs === undefined || rest.length > 0)
    throw new Error(`--chaos ${faults}:DURATION ${durationMust}, is "${text}"`);
  if (faults === 'all') return faultNames.map((name) => ({ names: [name], forMs }));
  const names = faults.split('+').map(nameOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`--chaos ${faults}: ${twice} is there twice at once`);
  return [{ names, forMs }];
};

/** @param given - each one step, or several with commas between. @throws Error naming what is wrong */
export const readChaos = (given: readonly string[]): readonly ChaosStep[] =>
  given.flatMap((text) => text.split(',')).flatMap(stepsOf);

/** @param feedMs - how long the feed lasts. @throws Error saying how long it must */
export const checkFeedLasts = (steps: readonly ChaosStep[], feedMs: number, what: string): void => {
  const leastMs = steps.length === 0 ? 0 : shortestLength(steps, chaosTimes);
  if (feedMs >= leastMs) return;
  const lasts = `${Math.floor(feedMs / 100) / 10} s`;
  throw new Error(`${what} is too short (${lasts}): these faults take ${leastMs / 1000} s at least, without recovery`);
};
