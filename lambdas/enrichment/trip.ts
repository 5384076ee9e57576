import { compareSequence } from '../shared/stream/position.ts';
import { guardedRecords, type Verdict } from './verdicts.ts';

/** More rejects than a shard may have: why a source is to be held. */
export interface Trip {
  /** The reason of most of the rejects. */
  readonly reason: string;
  /** How many were rejected for that reason. */
  readonly ofReason: number;
  readonly rejected: number;
  /** Out of how many records, 200 at most. */
  readonly of: number;
  /** The first of these rejects, by sequence number: from here on nothing is parked. */
  readonly from: string;
}

export interface Scan {
  /** Undefined where the records may be parked. */
  readonly trip: Trip | undefined;
  /** The most rejects of one reason among 200 records, anywhere in what was looked at. */
  readonly most: number;
}

/** Few rejects are no storm, however large their share. */
export const leastOfReason = 20;

/**
 * Goes through the records as they came and stops where, of the last 200, more than half were rejected and at least 20
 * for one reason. Where fewer are known, three quarters: a few dozen of which less than half are wrong on the whole can
 * by chance be wrong by half, and a bad deploy rejects nearly all. Looked at record by record, so that it makes no difference how the stream is cut into batches: a
 * storm that ended within a batch is seen, and what was rejected before the storm is not held with it.
 * @param records - by sequence number: what was known, and what is to be judged
 * @param full - whether records that are not known count as not rejected; otherwise there were none
 * @param first - sequence number of the first record to be judged. From there on a storm is looked for, in what is known
 *   beyond the judged records as well: a lane that is behind its shard's others has part in a storm that they show
 */
export const scanRejects = (records: readonly Verdict[], full: boolean, first: string): Scan => {
  const counts = new Map<string, number>();
  let rejected = 0;
  let most = 0;
  const count = (verdict: Verdict | undefined, by: 1 | -1): void => {
    if (verdict === undefined || verdict.reason === null) return;
    rejected += by;
    counts.set(verdict.reason, (counts.get(verdict.reason) ?? 0) + by);
  };
  for (const [index, verdict] of records.entries()) {
    count(verdict, 1);
    count(records[index - guardedRecords], -1);
    if (compareSequence(verdict.sequenceNumber, first) < 0) continue;
    const [reason, ofReason] = mostOf(counts);
    most = Math.max(most, ofReason);
    const of = full ? guardedRecords : Math.min(index + 1, guardedRecords);
    const isTooMany = of === guardedRecords ? rejected * 2 > of : rejected * 4 >= of * 3;
    if (!isTooMany || ofReason < leastOfReason) continue;
    const storm = records.slice(Math.max(0, index + 1 - guardedRecords), index + 1);
    const from = storm.find((one) => one.reason !== null) ?? verdict;
    return { trip: { reason, ofReason, rejected, of, from: from.sequenceNumber }, most };
  }
  return { trip: undefined, most };
};

const mostOf = (counts: ReadonlyMap<string, number>): readonly [reason: string, count: number] => {
  let found: readonly [string, number] = ['', 0];
  for (const entry of counts) if (entry[1] > found[1]) found = entry;
  return found;
};
