import { sleepUntil } from '../pause.ts';
import { meanwhile } from './meanwhile.ts';
import type { Fault } from './fault.ts';

/** A moment of a function's work at which its process can be killed. */
export interface KillPoint {
  /** `before-statement`. */
  readonly name: string;
  /**
   * Waits for a process to come to this point, and kills it there.
   * @returns whether one was killed, just there; false also where none came in time
   */
  readonly strike: (over: AbortSignal) => Promise<boolean>;
}

export interface KillOptions {
  readonly points: readonly KillPoint[];
  /** From 0 to 1. */
  readonly random: () => number;
  readonly complain: (error: unknown) => void;
  /** From then on nobody is waited for. */
  readonly hurry: AbortSignal;
  /** Between two rounds for points that nobody came to. @default 1,000 ms */
  readonly restMs?: number;
}

/** A killed process takes a while to be replaced: fewer points in a row would mean other kills. */
const pauseMs = { least: 100, most: 500 };
/** No point may be left out: the fault lasts so much longer for those that nobody came to. */
const extraRounds = 16;
/** Until what was killed before has been delivered again: a statement that finds its rows there already writes none. */
const usualRestMs = 1_000;

/** SIGKILL to processes of functions, at each of the points in turn. */
export const kill = ({ points, random, complain, hurry, restMs = usualRestMs }: KillOptions): Fault => {
  const rest = sleepUntil(hurry);
  const kills = new Map<string, number>();
  const strike = async (point: KillPoint, over: AbortSignal): Promise<void> => {
    if (await point.strike(over)) kills.set(point.name, (kills.get(point.name) ?? 0) + 1);
  };
  let next = 0;
  const striking = meanwhile({
    round: (over) => strike(points[next++ % points.length] as KillPoint, over),
    pauseMs: () => pauseMs.least + random() * (pauseMs.most - pauseMs.least),
    complain,
  });
  return {
    name: 'kill',
    begin: async () => {
      kills.clear();
      striking.begin();
    },
    end: async () => {
      await striking.end();
      for (let round = 0; round < extraRounds && !hurry.aborted; round += 1) {
        const left = points.filter(({ name }) => !kills.has(name));
        if (left.length === 0) return;
        await rest(restMs);
        for (const point of left) if (!hurry.aborted) await strike(point, hurry).catch(complain);
      }
    },
    counts: () => points.map(({ name }) => ({ what: `kills ${name}`, count: kills.get(name) ?? 0, must: true })),
  };
};
