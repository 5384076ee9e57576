import { remember } from '../shared/serde/bounded-cache.ts';
import { scanRejects, type Trip } from './trip.ts';
import { PlatformError } from '../shared/errors/platform-error.ts';
import { guardedRecords, keptOf, unite, uniteVerdicts, within, type Verdict, type Verdicts } from './verdicts.ts';
import type { Shard, VerdictStore } from './verdict-store.ts';

export interface RejectGuard {
  /**
   * Takes in what was judged of a shard's records, and says whether its rejects are too many to be parked.
   * Never throws for the table: where it does not answer, this instance judges by what it knows.
   * @param holdNumber - of the source's latest hold
   */
  judge(shard: Shard, judged: readonly Verdict[], holdNumber: number): Promise<Trip | undefined>;
}

export interface RejectGuardOptions {
  readonly verdicts: VerdictStore;
  /** A hash of code and configuration, as this instance has them. */
  readonly deployment: string;
  readonly now: () => number;
  /** Told when the instance judges alone: the table failed with this, or its item changed at every try (undefined). */
  readonly onAlone: (error: unknown) => void;
}

/**
 * Below this many rejects of one reason nothing is shared: not even two instances that know nothing of each other have
 * the 20 of a storm between them. So a platform with few rejects pays for no reads and no writes.
 */
const sharedFrom = 10;
/** Only lanes of one shard write its item, 10 at most; whoever loses three times judges by what it has read last. */
const tries = 3;
/** A table that hangs must not cost every batch its time-out. */
const aloneMs = 5_000;
/** More shards than a function of ours reads. */
const mostShards = 1_000;

/** Judges each batch before anything of it is parked, and shares with the other instances what it has seen. */
export const createRejectGuard = ({ verdicts, deployment, now, onAlone }: RejectGuardOptions): RejectGuard => {
  const known = new Map<string, Verdicts>();
  let askAgainAt = 0;

  /** Unites what the table has with ours, and leaves both there. The table's may be of a later hold than ours. */
  const share = async (shard: Shard, own: Verdicts, judged: readonly Verdict[], end: string): Promise<Verdicts> => {
    let united = { ...own, records: unite(own.records, judged) };
    for (let n = 0; n < tries; n += 1) {
      const stored = await verdicts.read(shard);
      const theirs = within(stored.verdicts, own);
      const both = uniteVerdicts(theirs, within(own, theirs));
      united = { ...both, records: unite(both.records, judged) };
      if (await verdicts.write(shard, keptOf(united, end), stored.revision, now())) return united;
    }
    onAlone(undefined);
    return united;
  };

  const shareOrNot = async (
    shard: Shard,
    own: Verdicts,
    judged: readonly Verdict[],
    end: string,
  ): Promise<Verdicts> => {
    const alone = { ...own, records: unite(own.records, judged) };
    if (now() < askAgainAt) return alone;
    try {
      return await share(shard, own, judged, end);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      askAgainAt = now() + aloneMs;
      onAlone(error);
      return alone;
    }
  };

  return {
    judge: async (shard, judged, holdNumber) => {
      const sorted = unite(judged, []);
      const [first, last] = [sorted[0]?.sequenceNumber, sorted.at(-1)?.sequenceNumber];
      if (first === undefined || last === undefined) return undefined;
      const key = `${shard.stream}/${shard.shard}`;
      const before = known.get(key);
      const own = within(before, { deployment, holdNumber });
      const alone = { ...own, records: unite(own.records, sorted) };
      // The 200 before them are looked at too: what was shared when it was a storm's beginning is shared when it is over.
      const begin = alone.records.findIndex(({ sequenceNumber }) => sequenceNumber === first);
      const earlier = alone.records[Math.max(0, begin - guardedRecords)]?.sequenceNumber ?? first;
      const { most } = scanRejects(alone.records, own.full, earlier);
      // A release is shared once, or the next deployment would take the verdicts in the table for those of before it.
      const isReleased = before !== undefined && before.holdNumber < own.holdNumber;
      const isQuiet = own.full && most < sharedFrom && !isReleased;
      const united = isQuiet ? alone : await shareOrNot(shard, own, sorted, last);
      remember(known, key, keptOf(united, last), mostShards);
      return scanRejects(united.records, united.full, first).trip;
    },
  };
};
