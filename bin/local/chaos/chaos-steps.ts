import { shortestLength } from '../../../local/faults/run-in-turn.ts';
import type { Paced, Speed } from '../../../feeds/pace.ts';
import { replayLength } from '../../../feeds/replay.ts';
import { durationMust, readDuration } from '../duration.ts';
import { orderOf } from './combinations.ts';
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
  try {
    return [{ names: orderOf(names), forMs }];
  } catch (error) {
    throw new Error(`--chaos ${faults}: ${(error as Error).message}`, { cause: error });
  }
};

/** @param given - each one step, or several with commas between. @throws Error naming what is wrong */
export const readChaos = (given: readonly string[]): readonly ChaosStep[] => {
  const steps = given.flatMap((text) => text.split(',')).flatMap(stepsOf);
  const names = steps.flatMap((step) => step.names);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`--chaos: ${twice} is there twice`);
  return steps;
};

/** @param feedMs - how long the feed lasts. @throws Error saying how long it must */
export const checkFeedLasts = (steps: readonly ChaosStep[], feedMs: number, what: string): void => {
  const leastMs = steps.length === 0 ? 0 : shortestLength(steps, chaosTimes);
  if (feedMs >= leastMs) return;
  const lasts = `${Math.floor(feedMs / 100) / 10} s`;
  throw new Error(`${what} is too short (${lasts}): these faults take ${leastMs / 1000} s at least, without recovery`);
};

/** Whose windows a deadlock is made of: a batch of it updates several. */
export const deadlocked = 'stadium-sensors';

/** Of a simulation, the busiest first. */
export const simulated: readonly string[] = [deadlocked, 'market', 'social', 'broadcast'];

/**
 * Reads a replay through, to see whether it bears these faults.
 * @returns the sources that it feeds, the busiest first
 * @throws Error of a replay that is too short, or has not the records that a fault needs
 */
export const checkReplay = async (
  steps: readonly ChaosStep[],
  paced: AsyncIterable<Paced>,
  speed: Speed,
): Promise<readonly string[]> => {
  const counts = new Map<string, number>();
  const counting = async function* (): AsyncGenerator<Paced> {
    for await (const one of paced) {
      const { source } = one.event;
      counts.set(source, (counts.get(source) ?? 0) + 1);
      yield one;
    }
  };
  checkFeedLasts(steps, await replayLength(counting(), speed), 'the replay');
  const fed = [...counts].sort(([, a], [, b]) => b - a).map(([source]) => source);
  if (steps.some(({ names }) => names.includes('postgres-deadlock')) && !fed.includes(deadlocked))
    throw new Error(`--chaos postgres-deadlock needs records of ${deadlocked}, and the replay has none`);
  return fed;
};
