import type { KinesisMapping } from '../../world.ts';
import type { Verdict } from './answer.ts';
import type { PolledRecord } from './record.ts';

/** A batch under way: what is left of it, and how often its first record has been tried. */
export interface Batch {
  readonly records: readonly PolledRecord[];
  /** Attempts that failed so far. */
  readonly failures: number;
}

/** Which of a mapping's limits ended a batch. */
export type GiveUpCause = 'attempts' | 'age';

/** What to do after an attempt. `done` is the last record that is finished now, if any is. */
export type NextStep =
  | { readonly kind: 'advance'; readonly done: PolledRecord }
  | { readonly kind: 'retry'; readonly batch: Batch; readonly done?: PolledRecord }
  | { readonly kind: 'give-up'; readonly cause: GiveUpCause; readonly batch: Batch; readonly done?: PolledRecord };

type Limits = Pick<KinesisMapping, 'maxAttempts' | 'maxAgeMs'>;

/** Whether a batch is too old to be tried at all; age counts also while a function is not invoked. */
export const isTooOld = ({ records: [first] }: Batch, { maxAgeMs }: Limits, now: number): boolean =>
  maxAgeMs >= 0 && first !== undefined && now - first.arrivedAt > maxAgeMs;

const endOf = (batch: Batch, limits: Limits, now: number): GiveUpCause | undefined => {
  // MaximumRetryAttempts counts the tries after the first (CloudFormation, AWS::Lambda::EventSourceMapping).
  if (limits.maxAttempts >= 0 && batch.failures > limits.maxAttempts) return 'attempts';
  return isTooOld(batch, limits, now) ? 'age' : undefined;
};

/**
 * The rule of a shard: the checkpoint moves to before the lowest failure, and everything from there on is tried again,
 * until attempts or age are spent; then what was being retried is given up as a whole. Pure: the clock is an argument.
 */
export const nextStep = (batch: Batch, verdict: Verdict, limits: Limits, now: number): NextStep => {
  if (verdict.kind === 'finished') return { kind: 'advance', done: batch.records.at(-1) as PolledRecord };
  const from = verdict.kind === 'from' ? verdict.index : 0;
  const done = from > 0 ? batch.records[from - 1] : undefined;
  // A batch that moved on is another batch: its first record has failed once.
  const rest: Batch = { records: batch.records.slice(from), failures: from > 0 ? 1 : batch.failures + 1 };
  const left = { batch: rest, ...(done ? { done } : {}) };
  const cause = endOf(rest, limits, now);
  return cause ? { kind: 'give-up', cause, ...left } : { kind: 'retry', ...left };
};

const firstDelayMs = 100;
const longestDelayMs = 10_000;

/** How long to wait before the next attempt: exponential, with full jitter. @param random - from 0 to 1 */
export const retryDelay = (failures: number, random: number): number =>
  Math.round(random * Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 20)));
