import type { KinesisMapping } from '../../world.ts';
import type { Verdict } from './answer.ts';
import type { PolledRecord } from './record.ts';

/** Records that are tried together, in order. */
export interface Batch {
  readonly records: readonly PolledRecord[];
  /** Attempts that count against `MaximumRetryAttempts`, so far. */
  readonly failures: number;
  /** Of the last invocation; undefined before the first. */
  readonly requestId?: string;
}

/** Which of a mapping's limits ended a batch. */
export type GiveUpCause = 'attempts' | 'age';

/** What to do after an attempt: `done` is finished, `left` is tried next, in its order; `gone` has spent its attempts. */
export type NextStep =
  | { readonly kind: 'finished'; readonly done: readonly PolledRecord[] }
  | { readonly kind: 'partly'; readonly done: readonly PolledRecord[]; readonly left: readonly [Batch] }
  | { readonly kind: 'split'; readonly left: readonly [Batch, Batch] }
  | { readonly kind: 'failed'; readonly left: readonly [Batch] }
  | { readonly kind: 'given-up'; readonly done: readonly PolledRecord[]; readonly gone: Batch };

type Limits = Pick<KinesisMapping, 'bisect' | 'maxAttempts'>;

/** In two halves, each with the count of the whole: what leads to a split is not counted, and nothing is forgotten. */
const halves = ({ records, ...rest }: Batch): readonly [Batch, Batch] => {
  const middle = Math.ceil(records.length / 2);
  return [
    { ...rest, records: records.slice(0, middle) },
    { ...rest, records: records.slice(middle) },
  ];
};

/** What is tried again, unless its attempts are spent. MaximumRetryAttempts counts the tries after the first. */
const tryAgain = (batch: Batch, done: readonly PolledRecord[], { maxAttempts }: Limits): NextStep => {
  if (maxAttempts >= 0 && batch.failures > maxAttempts) return { kind: 'given-up', done, gone: batch };
  return done.length > 0 ? { kind: 'partly', done, left: [batch] } : { kind: 'failed', left: [batch] };
};

/**
 * The rule of a lane. A function that broke has its batch split in halves where the mapping bisects. Otherwise the
 * checkpoint moves to before the lowest failure, and everything from there on is tried again, until its attempts are
 * spent; then what was being tried is given up. Splitting, in halves or at a record, uses no attempt up. Pure.
 */
export const nextStep = (batch: Batch, verdict: Verdict, limits: Limits): NextStep => {
  const { records, failures } = batch;
  if (verdict.kind === 'finished') return { kind: 'finished', done: records };
  if (verdict.kind === 'broken' && limits.bisect && records.length > 1) return { kind: 'split', left: halves(batch) };
  const from = verdict.kind === 'from' ? verdict.index : 0;
  if (from === 0) return tryAgain({ ...batch, failures: failures + 1 }, [], limits);
  // A batch that moved on is another batch: its first record has failed once, and where it was split that does not count.
  const rest = { ...batch, records: records.slice(from), failures: limits.bisect ? 0 : 1 };
  return tryAgain(rest, records.slice(0, from), limits);
};

/** What a batch begins with that is too old to be tried, and what is left of it. Age goes on while nothing is tried. */
export const splitByAge = (
  batch: Batch,
  { maxAgeMs }: Pick<KinesisMapping, 'maxAgeMs'>,
  now: number,
): { readonly old: readonly PolledRecord[]; readonly young: readonly PolledRecord[] } => {
  const { records } = batch;
  if (maxAgeMs < 0) return { old: [], young: records };
  const first = records.findIndex(({ arrivedAt }) => now - arrivedAt <= maxAgeMs);
  const old = first === -1 ? records.length : first;
  return { old: records.slice(0, old), young: records.slice(old) };
};

const firstDelayMs = 100;
const longestDelayMs = 1_000;

/**
 * How long to wait before the next attempt: exponential, with full jitter. AWS does not document its own; ours ends a
 * hundred attempts within two minutes.
 *
 * @param failures - in a row, 1 or more
 * @param random - from 0 to 1
 * @returns milliseconds
 */
export const retryDelay = (failures: number, random: number): number =>
  Math.round(random * Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 20)));
