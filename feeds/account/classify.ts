import type { Evidence, Identity } from './evidence.ts';
import { keyOf } from './evidence.ts';

/** What became of a record of the stream. Each is exactly one of these; every one but `lost` is an explanation. */
export const recordClasses = ['stored', 'duplicate', 'deadLetter', 'held', 'lost'] as const;
export type RecordClass = (typeof recordClasses)[number];

/** What must never be. Any one of them, and the account does not balance. */
export const faultKinds = {
  lost: 'in the stream and nowhere else',
  phantomRow: 'a row whose record is not in the stream',
  phantomDeadLetter: 'a dead letter whose record is not in the stream',
  phantomHeld: 'held, and not in the stream',
  keyStoredTwice: 'a row with the key of another row',
  positionStoredTwice: 'a row with the position of another row',
  storedAndDead: 'parked, although it was stored before',
  rowDiffers: 'a row that is not what its record says',
  bytesDiffer: 'a dead letter whose bytes are not its record’s',
} as const;
export type FaultKind = keyof typeof faultKinds;

export interface Verdict {
  readonly as: RecordClass;
  readonly faults: readonly FaultKind[];
  /** Parked first, and stored by a later delivery: its dead letter is settled. */
  readonly landed: boolean;
}

/** A record to be explained. */
export interface Subject {
  /** Its `positionKey`. */
  readonly position: string;
  /** Undefined where its bytes are no event. */
  readonly identity: Identity | undefined;
  /** Asked for only where it matters: most records are no dead letters. */
  readonly digest: () => string;
}

/**
 * Says what became of one record, by sets that were taken from outside.
 *
 * Lambda gives up on whole batches and cannot know which of their records were stored before the crash: a stored record
 * that was given up on as well is stored, and no fault. One that was parked was judged by us: it may be stored
 * afterwards, by a deployment or a schema that came meanwhile, but never before. The two times are of two clocks, the
 * database's and the function's: under the fault `clock-skew` this can err by what the clocks are apart.
 */
export const classify = ({ position, identity, digest }: Subject, evidence: Evidence): Verdict => {
  const faults: FaultKind[] = [];
  const row = evidence.stored.get(position);
  const letter = evidence.deadLetters.get(position);
  if (letter && letter.digest !== digest()) faults.push('bytesDiffer');
  if (row) {
    const same = identity && keyOf(identity) === row.key && evidence.keys.get(row.key) === identity.bodyHash;
    if (!same) faults.push('rowDiffers');
    const landed = letter?.via === 'parked' && row.storedAt > letter.failedAt;
    if (letter?.via === 'parked' && !landed) faults.push('storedAndDead');
    return { as: 'stored', faults, landed };
  }
  if (letter) return { as: 'deadLetter', faults, landed: false };
  if (evidence.held.has(position)) return { as: 'held', faults, landed: false };
  // The key is stored, and not by this position: by another one.
  if (identity && evidence.keys.get(keyOf(identity)) === identity.bodyHash)
    return { as: 'duplicate', faults, landed: false };
  return { as: 'lost', faults: ['lost'], landed: false };
};
