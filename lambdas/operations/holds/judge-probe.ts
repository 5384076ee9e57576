import type { RejectReason } from '../../shared/errors/platform-error.ts';
import type { Hold } from '../../shared/holds/hold.ts';
import type { ProbeAnswer } from '../../shared/holds/probe.ts';

export interface Verdict {
  /** `passed` ends the hold; the others say what still stands in the way. */
  readonly outcome: 'passed' | 'halted' | 'away' | 'rejected' | 'unseen';
  /** For the history of the hold, and the log. */
  readonly why: string;
}

/** Only the store finds these, and a dry run stores nothing: without them it would pass, and the hold come back at once. */
const unseen: readonly string[] = ['conflict', 'refused-by-store'] satisfies RejectReason[];

/**
 * After an outage or a halt fewer rejects of one reason would place no hold (lambdas/enrichment/trip.ts): a source must not
 * stand still for a single wrong record. A storm's own hold has as many behind it, though a page may show fewer.
 */
const leastOfReason = 20;

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const listed = (counts: Readonly<Record<string, string | number>>): string =>
  Object.entries(counts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/**
 * Whether what a hold stands for is gone. Its own cause is looked at, and whatever would place the next hold at once.
 * @param now - milliseconds since the epoch
 */
export const judgeProbe = (
  { cause, reason, parkUntil }: Pick<Hold, 'cause' | 'reason' | 'parkUntil'>,
  { dependencies, records, halted }: ProbeAnswer,
  now: number,
): Verdict => {
  if (halted !== null) return { outcome: 'halted', why: `it still halts: ${halted}` };

  // An outage names its dependency; where it names none that is probed, and after a halt, all of them count.
  const named = cause === 'outage' && Object.hasOwn(dependencies, reason) ? [reason] : Object.keys(dependencies);
  const counting = cause === 'rejects' ? [] : named;
  const away = Object.fromEntries(
    counting.filter((name) => dependencies[name] !== 'ok').map((name) => [name, dependencies[name] ?? '']),
  );
  if (Object.keys(away).length > 0) return { outcome: 'away', why: `still away: ${listed(away)}` };

  const accepted = parkUntil !== undefined && Date.parse(parkUntil) > now;
  if (cause === 'rejects' && unseen.includes(reason) && !accepted)
    return { outcome: 'unseen', why: `a dry run cannot see ${reason}: an operator must release it` };
  const rejected = sum(records.rejected);
  const all = records.valid + records.waiting + rejected;
  const isStorm = cause === 'rejects' || Object.values(records.rejected).some((count) => count >= leastOfReason);
  if (rejected * 2 > all && isStorm && !accepted)
    return { outcome: 'rejected', why: `${rejected} of ${all} records would be rejected: ${listed(records.rejected)}` };
  return {
    outcome: 'passed',
    why: `a probe passed: ${counting.length > 0 ? `${counting.join(', ')} ok, ` : ''}${rejected} of ${all} records would be rejected`,
  };
};
