/** What AWS knows of the reading of one source, from outside the function that reads it. */
export interface Reading {
  /** The state of each event source mapping of the source's function, as Lambda says it. */
  readonly mappings: readonly string[];
  /** Per minute in which the function was handed batches: its start, and the age of the oldest batch. Milliseconds. */
  readonly ages: readonly { readonly at: number; readonly ms: number }[];
  /** Starts of the minutes in which the stream took records. Milliseconds since the epoch. */
  readonly arrivals: readonly number[];
}

export interface LagVerdict {
  readonly lagMs?: number | 'no records';
  readonly problem?: string;
}

const minuteMs = 60_000;
/** Of these minutes the longest age counts: a lane that waits between two attempts may be silent for some. */
const recentMs = 5 * minuteMs;
/** CloudWatch shows a minute of one service up to this much later than the same minute of another. */
const settledMs = 3 * minuteMs;

const time = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`;

/** The first minute in which records arrived after the last one in which any were read, once both must be known. */
const firstUnread = ({ ages, arrivals }: Reading, now: number): number | undefined => {
  const lastRead = Math.max(-Infinity, ...ages.map(({ at }) => at));
  const unread = arrivals.filter((at) => at > lastRead && at + minuteMs + settledMs <= now);
  return unread.length === 0 ? undefined : Math.min(...unread);
};

/**
 * Whether a source is read, and fast enough (docs/decisions/0006-lag-from-outside.md). A mapping that does not read is a
 * problem whatever waits; then come records that arrived and were not handed to the function; then the age of those
 * that were. `no records` only where none of these says otherwise.
 */
export const judgeLag = (reading: Reading, maxLagSeconds: number, now: number): LagVerdict => {
  const { mappings, ages } = reading;
  if (mappings.length === 0) return { problem: 'no mapping reads its stream: deploy the enrichment stack' };
  const stopped = mappings.find((state) => state !== 'Enabled');
  const unread = firstUnread(reading, now);
  const recent = ages.filter(({ at }) => at + minuteMs > now - recentMs).map(({ ms }) => ms);
  const waiting = unread === undefined ? [] : [now - unread - minuteMs];
  const lagMs = recent.length + waiting.length === 0 ? ('no records' as const) : Math.max(...recent, ...waiting);
  if (stopped !== undefined) {
    const problem = `its mapping is ${stopped}: what arrives waits in the stream until the mapping is enabled`;
    // What was read before it was stopped says nothing about what waits now.
    return waiting.length === 0 ? { problem } : { lagMs: Math.max(...waiting), problem };
  }
  if (unread !== undefined) {
    const problem = `records of ${time(unread)} were not handed to its function: look for throttles and for the mapping’s last result`;
    return { lagMs, problem };
  }
  if (lagMs !== 'no records' && lagMs > maxLagSeconds * 1000) {
    const problem = `it is ${Math.round(lagMs / 1000)} s behind, ${maxLagSeconds} s are allowed: see docs/runbooks/enrichment-lag.md`;
    return { lagMs, problem };
  }
  return { lagMs };
};
