import type { StreamRecord } from '../shared/batch/kinesis.ts';
import { PlatformError, reasonOf } from '../shared/errors/platform-error.ts';
import type { HeldFrom, HoldCause } from '../shared/holds/hold.ts';
import type { HoldStore } from '../shared/holds/hold-store.ts';
import type { Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import type { Dependency } from './away.ts';
import type { Breakers } from './breakers.ts';
import type { BatchResult } from './enrich-batch.ts';
import { type HeldReject, inWords } from './guard-batch.ts';
import { pause } from './under-hold.ts';

/** Why a source is to be held, as a batch has shown it. */
export interface HoldReason {
  readonly cause: HoldCause;
  readonly reason: string;
  readonly why: string;
  readonly from: HeldFrom;
}

interface Shown {
  readonly records: readonly StreamRecord[];
  readonly result: BatchResult;
  readonly heldBack: readonly HeldReject[];
}

/**
 * The hold that a batch calls for, or undefined. A halt comes first, because nothing goes on after it; then rejects that
 * were held back; then an outage, where a record is not finished because of a dependency whose breaker has been open
 * for `holdAfterMs`.
 */
export const holdFor = (
  { records, result, heldBack }: Shown,
  breakers: Breakers,
  holdAfterMs: number,
): HoldReason | undefined => {
  if (result.halted !== undefined) {
    const why = result.halted instanceof PlatformError ? result.halted.message : 'unexpected';
    return { cause: 'halt', reason: reasonOf(result.halted), why, from: firstOfEachShard(records) };
  }
  const [worst] = heldBack;
  if (worst) {
    const from = firstOfEachShard(heldBack.map(({ record }) => record));
    return { cause: 'rejects', reason: worst.trip.reason, why: inWords(worst.trip), from };
  }
  const away = result.records.flatMap((one, index) => {
    const record = records[index];
    const reason = one.kind === 'unfinished' ? reasonOf(one.error) : '';
    return record && isOpenFor(breakers, reason) >= holdAfterMs ? [{ record, reason }] : [];
  });
  const [first] = away;
  if (!first) return undefined;
  const seconds = Math.floor(isOpenFor(breakers, first.reason) / 1000);
  return {
    cause: 'outage',
    reason: first.reason,
    why: `${first.reason} has been away for ${seconds} s`,
    from: firstOfEachShard(unfinishedOf(records, result)),
  };
};

/** 0 for what has no breaker: an outage of it is not known. */
const isOpenFor = (breakers: Breakers, reason: string): number =>
  Object.hasOwn(breakers, reason) ? breakers[reason as Dependency].openForMs() : 0;

const unfinishedOf = (records: readonly StreamRecord[], { records: results }: BatchResult): readonly StreamRecord[] =>
  records.filter((_, index) => results[index]?.kind === 'unfinished');

const firstOfEachShard = (records: readonly StreamRecord[]): HeldFrom =>
  Object.fromEntries(
    records.toReversed().map(({ position: { shard, sequenceNumber } }) => [shard, sequenceNumber] as const),
  );

export interface Placing {
  readonly holds: HoldStore;
  readonly telemetry: Telemetry;
  readonly source: string;
  /** The name of the function. */
  readonly by: string;
  /** Until then it is tried again where the table does not answer; milliseconds since the epoch. */
  readonly deadline: number;
  readonly now: () => number;
}

const everyMs = 1_000;

/**
 * Places a hold, unless one stands. Where it cannot be placed, a halt or rejects come again with the next delivery, so
 * this waits out the time that it has: attempts must not be spent at the speed of the mapping. In an outage the batch
 * has waited already.
 */
export const placeHold = async (
  { holds, telemetry, source, by, deadline, now }: Placing,
  wanted: HoldReason,
): Promise<void> => {
  for (;;) {
    try {
      const placed = await holds.place({ ...wanted, source, by, at: new Date(now()).toISOString() });
      if (!placed) return;
      telemetry.countByReason('HoldsPlaced', wanted.cause, 1);
      telemetry.error('hold placed', { cause: wanted.cause, reason: wanted.reason, why: wanted.why });
      return;
    } catch (error) {
      telemetry.countByReason('HoldsNotPlaced', reasonOf(error), 1);
      telemetry.error('hold not placed', { cause: wanted.cause, reason: wanted.reason, because: nameOf(error) });
      const left = deadline - now();
      if (left <= 0 || wanted.cause === 'outage') return;
      await pause(Math.min(everyMs, left));
    }
  }
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
