import type { DeliveryRow } from '../../../console/page/status.ts';
import type { ChannelLog, DeliveryLog } from '../../../feeds/subscriber/delivery-log.ts';

const countOf = ({ baseline, reached, numbers, snapshots }: ChannelLog, last: number): DeliveryRow => {
  let [pushed, neverPushed, repeats, differing] = [0, 0, 0, 0];
  for (const [number, delivered] of numbers) {
    if (number <= baseline || number > last) continue;
    if (delivered.pushed === undefined) neverPushed += 1;
    else pushed += 1;
    repeats += delivered.repeats;
    if (delivered.differs) differing += 1;
  }
  // A snapshot stands for the messages before it that did not come.
  const stoodFor = new Set<number>();
  for (const { after, number: to } of snapshots)
    for (let number = Math.max(after, baseline) + 1; number <= Math.min(to, last); number += 1)
      if (!numbers.has(number)) stoodFor.add(number);
  let missing = 0;
  for (let number = reached + 1; number <= last; number += 1)
    if (!numbers.has(number) && !stoodFor.has(number)) missing += 1;
  return { pushed, neverPushed: neverPushed + stoodFor.size, repeats, differing, missing };
};

/**
 * What a subscriber has of the messages up to a number of each channel.
 * @param log - undefined while nobody is subscribed; then null
 */
export const deliveriesUntil = (
  log: DeliveryLog | undefined,
  lastNumbers: ReadonlyMap<string, number>,
): DeliveryRow | null => {
  if (!log) return null;
  const sum = { pushed: 0, neverPushed: 0, repeats: 0, differing: 0, missing: 0 };
  for (const [channel, last] of lastNumbers) {
    const seen = log.get(channel);
    // A channel that began after the subscriber, and of which it has heard nothing.
    if (!seen) sum.missing += last;
    else for (const [name, count] of Object.entries(countOf(seen, last))) sum[name as keyof typeof sum] += count;
  }
  return sum;
};

/** Whether it has every message, each as one thing only. */
export const isComplete = (row: DeliveryRow | null): boolean => row === null || row.missing + row.differing === 0;
