import type { MessageEvidence } from './judge-messages.ts';

/** From storing an event until its channel could have numbered it, had it been due; milliseconds. */
const graceMs = 10_000;

/** When channels gave numbers. */
export type Turns = (channel: string, from: number, until: number) => boolean;

/** The first of some ascending numbers that is greater. */
const firstAfter = (sorted: Float64Array, value: number): number | undefined => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return sorted[low];
};

/** Whether a channel gave a number behind an event, while that could still go out: then it has passed it over. */
export const turnsOf = ({ messages }: Pick<MessageEvidence, 'messages'>): Turns => {
  const times = new Map<string, Float64Array>();
  for (const [channel, rows] of messages)
    times.set(channel, Float64Array.from([...rows.values()], ({ numberedAt }) => numberedAt).sort());
  return (channel, storedAt, until) => {
    const first = firstAfter(times.get(channel) ?? new Float64Array(), storedAt + graceMs);
    return first !== undefined && first <= until;
  };
};
