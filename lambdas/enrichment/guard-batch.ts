import type { StreamRecord } from '../shared/batch/kinesis.ts';
import { HeldError, reasonOf } from '../shared/errors/platform-error.ts';
import type { Hold } from '../shared/holds/hold.ts';
import { compareSequence } from '../shared/stream/position.ts';
import type { BatchDependencies, RecordResult } from './enrich-batch.ts';
import type { RejectGuard } from './reject-guard.ts';
import type { Trip } from './trip.ts';

/** A storm of rejects and the first of them that is not parked. */
export interface HeldReject {
  readonly trip: Trip;
  readonly record: StreamRecord;
}

export interface BatchGuard {
  readonly guard: BatchDependencies['guard'];
  /** The first reject of each shard that was held back, so far. */
  readonly heldBack: () => readonly HeldReject[];
}

/**
 * The guard of one invocation: what it has held back once it holds back in the second round as well.
 * @param latest - the source's latest hold, standing or ended
 */
export const guardBatch = (rejectGuard: RejectGuard, latest: Hold | undefined, now: () => number): BatchGuard => {
  const trips = new Map<string, Trip>();
  const first = new Map<string, HeldReject>();

  const holdBack = (record: StreamRecord, result: RecordResult): HeldError | undefined => {
    const shard = shardOf(record);
    const trip = trips.get(shard);
    if (!trip || result.kind !== 'rejected' || isBefore(record, trip.from)) return undefined;
    const before = first.get(shard);
    if (!before || isBefore(record, before.record.position.sequenceNumber)) first.set(shard, { trip, record });
    return new HeldError(`not parked: ${inWords(trip)}`);
  };

  return {
    guard: async (records, results) => {
      // An operator has looked at these rejects and said that they are to be parked.
      if (latest?.parkUntil !== undefined && now() < Date.parse(latest.parkUntil)) return records.map(() => undefined);
      const judged = records.map((record, index) => ({ record, result: results[index] as RecordResult }));
      for (const [shard, part] of Map.groupBy(judged, ({ record }) => shardOf(record))) {
        const [{ record } = { record: undefined }] = part;
        if (!record) continue;
        const verdicts = part.map(({ record: { position }, result }) => ({
          sequenceNumber: position.sequenceNumber,
          reason: result.kind === 'rejected' ? reasonOf(result.error) : null,
        }));
        const trip = await rejectGuard.judge(record.position, verdicts, latest?.number ?? 0);
        const earlier = trips.get(shard);
        if (trip && (!earlier || compareSequence(trip.from, earlier.from) < 0)) trips.set(shard, trip);
      }
      return judged.map(({ record, result }) => holdBack(record, result));
    },
    heldBack: () => [...first.values()],
  };
};

/** Such as: 120 of 200 records rejected, 90 of them as broken-rule. */
export const inWords = ({ rejected, of, ofReason, reason }: Trip): string =>
  `${rejected} of ${of} records rejected, ${ofReason} of them as ${reason}`;

const shardOf = ({ position: { stream, shard } }: StreamRecord): string => `${stream}/${shard}`;

const isBefore = ({ position }: StreamRecord, sequenceNumber: string): boolean =>
  compareSequence(position.sequenceNumber, sequenceNumber) < 0;
