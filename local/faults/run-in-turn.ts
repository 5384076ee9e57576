import type { Fault, FaultCount } from './fault.ts';

/** A fault and how long it lasts, milliseconds. */
export interface FaultStep {
  readonly fault: Fault;
  readonly forMs: number;
}

/** Milliseconds. */
export interface FaultTimes {
  /** Before the first: the run is to be under load. */
  readonly leadMs: number;
  /** After each, at least; then until the run has recovered, so that each fault is seen alone. */
  readonly pauseMs: number;
  readonly longestRecoveryMs: number;
}

/** What was seen of the run in the time of one fault, its recovery included. */
export interface Observed {
  /** Milliseconds; of all shards. */
  readonly longestLagMs: number;
  /** Failed attempts at one batch. */
  readonly mostAttempts: number;
  /** The same by function; those that had none are not there. */
  readonly attemptsOf: Readonly<Record<string, number>>;
  /** Of any instance of a function. */
  readonly peakMemoryMb: number;
}

export interface FaultWorld {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Comes back early, and at once from then on, where the run is to end. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly ending: () => boolean;
  /** Whether everything that had arrived by a moment has been processed. */
  readonly isCaughtUp: (since: number) => boolean;
  /** Begins to observe. @returns what was seen by the time it is asked */
  readonly observe: () => () => Observed;
  readonly say: (line: string) => void;
}

/** One fault, when all of it is over. */
export interface FaultResult extends Observed {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly begunAt: number;
  /** How long it really was, milliseconds. */
  readonly lastedMs: number;
  /** From its end until the run had caught up, milliseconds; undefined where it did not. */
  readonly recoveredMs: number | undefined;
  /** The run was ended before the fault had its time, or the run its recovery. */
  readonly cut: boolean;
  readonly counts: readonly FaultCount[];
}

const lookEveryMs = 100;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** What the faults take at least: what was broken needs time to start again, and the run to recover. */
export const shortestLength = (
  steps: readonly Pick<FaultStep, 'forMs'>[],
  { leadMs, pauseMs }: Pick<FaultTimes, 'leadMs' | 'pauseMs'>,
): number => steps.reduce((sum, { forMs }) => sum + forMs + pauseMs, leadMs);

/**
 * One fault after the other, each announced when it begins, when it ends, and when the run has recovered from it.
 * What has begun is ended, also where the run is to end meanwhile.
 * @returns of every fault that was begun
 * @throws Error of a fault that cannot be begun or ended
 */
export const runInTurn = async (
  steps: readonly FaultStep[],
  { leadMs, pauseMs, longestRecoveryMs }: FaultTimes,
  { now, sleep, ending, isCaughtUp, observe, say }: FaultWorld,
): Promise<readonly FaultResult[]> => {
  const recovery = async (name: string, endedAt: number): Promise<number | undefined> => {
    while (!isCaughtUp(endedAt)) {
      const waitedMs = now() - endedAt;
      if (ending() || waitedMs >= longestRecoveryMs) {
        say(`${name}: ${ending() ? 'the run ends before it has' : 'not'} caught up ${seconds(waitedMs)} later`);
        return undefined;
      }
      await sleep(lookEveryMs);
    }
    return now() - endedAt;
  };

  const results: FaultResult[] = [];
  await sleep(leadMs);
  for (const { fault, forMs } of steps) {
    if (ending()) break;
    const { name, begin, end, counts = () => [] } = fault;
    const begunAt = now();
    const seen = observe();
    let cut = false;
    try {
      await begin();
      say(`${name}: for ${seconds(forMs)} from now`);
      await sleep(Math.max(0, forMs - (now() - begunAt)));
      cut = ending();
    } finally {
      await end();
    }
    const endedAt = now();
    say(`${name}: over after ${seconds(endedAt - begunAt)}`);
    const recoveredMs = await recovery(name, endedAt);
    cut ||= recoveredMs === undefined && ending();
    const observed = seen();
    if (recoveredMs !== undefined)
      say(`${name}: caught up ${seconds(recoveredMs)} later, longest lag ${seconds(observed.longestLagMs)}`);
    results.push({ name, begunAt, lastedMs: endedAt - begunAt, recoveredMs, cut, counts: counts(), ...observed });
    await sleep(Math.max(0, pauseMs - (now() - endedAt)));
  }
  return results;
};
