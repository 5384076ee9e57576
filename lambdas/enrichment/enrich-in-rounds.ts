import type { StreamRecord } from '../shared/batch/kinesis.ts';
import { dispositionOf } from '../shared/errors/platform-error.ts';
import { type BatchDependencies, type BatchResult, enrichBatch, haltAt, type RecordResult } from './enrich-batch.ts';

export interface RoundsDependencies extends Omit<BatchDependencies, 'decode'> {
  /** One look at each record, without waiting for anything. */
  readonly decodeOnce: BatchDependencies['decode'];
  /** For records that wait for something, such as a schema the registry does not know yet: waits with them. */
  readonly decodeWaiting: BatchDependencies['decode'];
}

/**
 * The way of a batch in two rounds: first every record that can be judged now, then those that had to be waited for.
 * A record that names an unknown schema may take three seconds (DESIGN section 9); its neighbours are stored, or in the
 * dead letters, by then.
 */
export const enrichInRounds = async (
  { decodeOnce, decodeWaiting, ...dependencies }: RoundsDependencies,
  records: readonly StreamRecord[],
): Promise<BatchResult> => {
  const decoded = await decodeOnce(records);
  const isWaiting = decoded.map((step) => step instanceof Error && dispositionOf(step) === 'retry');
  const now = records.filter((_, index) => !isWaiting[index]);
  const later = records.filter((_, index) => isWaiting[index]);
  const known = decoded.filter((_, index) => !isWaiting[index]);

  // What waits is not rejected, so far: those that are must not look like all there is.
  const waiting = decoded.flatMap((error, index): RecordResult[] =>
    isWaiting[index] ? [{ kind: 'unfinished', error }] : [],
  );
  const guard: BatchDependencies['guard'] = async (records, results) => {
    const held = await dependencies.guard([...records, ...later], [...results, ...waiting]);
    return held.slice(0, records.length);
  };
  const first = await enrichBatch({ ...dependencies, guard, decode: () => Promise.resolve(known) }, now);
  if (later.length === 0) return first;
  if (first.halted !== undefined) return haltAt(records, first.halted);
  const second = await enrichBatch({ ...dependencies, decode: decodeWaiting }, later);
  if (second.halted !== undefined) return haltAt(records, second.halted);

  const rounds = { now: first.records.values(), later: second.records.values() };
  const results = isWaiting.map((waits) => rounds[waits ? 'later' : 'now'].next().value as RecordResult);
  return { records: results, resumeFrom: records[results.findIndex(({ kind }) => kind === 'unfinished')] };
};
