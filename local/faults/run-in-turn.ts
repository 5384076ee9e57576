import type { Fault } from './fault.ts';

/** Milliseconds. */
export interface FaultTimes {
  /** Before the first: the run is to be under load. */
  readonly leadMs: number;
  readonly eachMs: number;
  /** After each, at least; then until the run has recovered, so that each fault is seen alone. */
  readonly pauseMs: number;
  readonly longestRecoveryMs: number;
}

export interface FaultWorld {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Comes back early, and at once from then on, where the run is to end. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly ending: () => boolean;
  /** Whether everything that had arrived by a moment has been processed. */
  readonly isCaughtUp: (since: number) => boolean;
  /** The longest since a moment, milliseconds; undefined where there was none. */
  readonly longestLag: (since: number) => number | undefined;
  readonly say: (line: string) => void;
}

const lookEveryMs = 100;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** What the faults take at least: what was broken needs time to start again, and the run to recover. */
export const shortestLength = (faults: number, { leadMs, eachMs, pauseMs }: FaultTimes): number =>
  leadMs + faults * (eachMs + pauseMs);

/**
 * One fault after the other, each announced when it begins, when it ends, and when the run has recovered from it.
 * What has begun is ended, also where the run is to end meanwhile.
 * @throws Error of a fault that cannot be begun or ended
 */
export const runInTurn = async (
  faults: readonly Fault[],
  { leadMs, eachMs, pauseMs, longestRecoveryMs }: FaultTimes,
  { now, sleep, ending, isCaughtUp, longestLag, say }: FaultWorld,
): Promise<void> => {
  const sayRecovery = async (name: string, begunAt: number, endedAt: number): Promise<void> => {
    while (!isCaughtUp(endedAt)) {
      if (ending()) return say(`${name}: the run ends before it has caught up`);
      if (now() - endedAt >= longestRecoveryMs)
        return say(`${name}: not caught up ${seconds(longestRecoveryMs)} later`);
      await sleep(lookEveryMs);
    }
    const lag = longestLag(begunAt) ?? 0;
    say(`${name}: caught up ${seconds(now() - endedAt)} later, longest lag ${seconds(lag)}`);
  };

  await sleep(leadMs);
  for (const { name, begin, end } of faults) {
    if (ending()) return;
    const begunAt = now();
    try {
      await begin();
      say(`${name}: for ${seconds(eachMs)} from now`);
      await sleep(Math.max(0, eachMs - (now() - begunAt)));
    } finally {
      await end();
    }
    const endedAt = now();
    say(`${name}: over after ${seconds(endedAt - begunAt)}`);
    await sayRecovery(name, begunAt, endedAt);
    await sleep(Math.max(0, pauseMs - (now() - endedAt)));
  }
};
