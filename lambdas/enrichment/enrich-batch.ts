import type { StreamRecord } from '../shared/batch/kinesis.ts';
import {
  dispositionOf,
  type HeldError,
  PlatformError,
  type RejectedRecordError,
} from '../shared/errors/platform-error.ts';
import type { DecodedEvent } from '../shared/serde/decoder.ts';
import type { Enricher, EnrichedEvent } from './event.ts';
import type { Outcome } from './event-store.ts';
import { checkHeader, type HeaderRules } from './rules.ts';

/** A record that can never succeed, on its way to the dead letters. */
export interface Reject {
  readonly record: StreamRecord;
  readonly error: RejectedRecordError;
  readonly correlationId: string | null;
}

/** What one batch needs of the outside; each call handles the whole batch and answers per item, in order. */
export interface BatchDependencies {
  readonly decode: (records: readonly StreamRecord[]) => Promise<readonly (DecodedEvent | PlatformError)[]>;
  readonly enrichers: Readonly<Record<string, Enricher>>;
  readonly rules: HeaderRules;
  readonly record: (events: readonly EnrichedEvent[]) => Promise<readonly Outcome[]>;
  /**
   * Told what became of all records before anything is parked: a reject for which it answers an error is not, and stays
   * unfinished.
   */
  readonly guard: (
    records: readonly StreamRecord[],
    results: readonly RecordResult[],
  ) => Promise<readonly (HeldError | undefined)[]>;
  readonly park: (rejects: readonly Reject[]) => Promise<readonly (PlatformError | undefined)[]>;
  readonly project: (events: readonly EnrichedEvent[]) => Promise<readonly (PlatformError | undefined)[]>;
  /** Wakes the relay. A wake that fails is nobody's record, so it has no answer: the relay's sweep finds the events. */
  readonly wake: (events: readonly EnrichedEvent[]) => Promise<void>;
  readonly now: () => number;
}

/** What became of a batch: one entry per record says whether it is finished, and how. */
export type RecordResult =
  | { readonly kind: 'stored' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'rejected'; readonly error: RejectedRecordError; readonly correlationId: string | null }
  | { readonly kind: 'unfinished'; readonly error: unknown };

export interface BatchResult {
  readonly records: readonly RecordResult[];
  /** Lambda is to go on from this record: the lowest that is not finished, or the first of all after a `halt`. */
  readonly resumeFrom: StreamRecord | undefined;
  /** What nothing can go on after until someone fixes the deployment. */
  readonly halted?: unknown;
}

export type Step<T> = T | PlatformError;

interface Failure {
  readonly index: number;
  readonly error: PlatformError | undefined;
}

/**
 * The way of a batch (DESIGN section 1, steps 1 to 7). Never throws for a record: every error is classified, and what
 * is not finished is answered, so that a throw means a crash.
 *
 * Parking, projecting and waking are computed from all records, not from those inserted just now: after a crash behind
 * the statement a redelivery inserts nothing and must still do all three.
 */
export const enrichBatch = async (
  { decode, enrichers, rules, record, guard, park, project, wake, now }: BatchDependencies,
  records: readonly StreamRecord[],
): Promise<BatchResult> => {
  const decoded = await decode(records);
  const time = now();
  const enriched = judge({ enrichers, rules }, records, decoded, time);
  const halted = enriched.find((step) => isHalt(step));
  if (halted) return haltAt(records, halted);

  const valid = enriched.flatMap((step, index) => (step instanceof Error ? [] : [{ event: step, index }]));
  const outcomes = await record(valid.map(({ event }) => event));
  const refused = outcomes.find((outcome) => isHalt(outcome));
  if (refused) return haltAt(records, refused);

  const results: RecordResult[] = enriched.map((step, index) => fromStep(step, decoded[index]));
  valid.forEach(({ index }, n) => (results[index] = fromOutcome(outcomes[n] as Outcome, decoded[index])));

  const parkUnlessHeld = async (): Promise<readonly Failure[]> => {
    const held = await guard(records, results);
    held.forEach((error, index) => {
      if (error && results[index]?.kind === 'rejected') results[index] = { kind: 'unfinished', error };
    });
    const rejects = results.flatMap((result, index) => (result.kind === 'rejected' ? [{ result, index }] : []));
    const parked = await park(
      rejects.map(({ result, index }) => ({ ...result, record: records[index] as StreamRecord })),
    );
    return rejects.map(({ index }, n) => ({ index, error: parked[n] }));
  };
  const projected = valid.filter(({ index }) => isSafe(results[index] as RecordResult));
  const safe = projected.map(({ event }) => event);
  const [parked, projections] = await Promise.all([parkUnlessHeld(), project(safe), wake(safe)]);
  const failed = [...parked, ...projected.map(({ index }, n) => ({ index, error: projections[n] }))].filter(
    ({ error }) => error !== undefined,
  );
  const stopped = failed.find(({ error }) => isHalt(error));
  if (stopped) return haltAt(records, stopped.error);
  for (const { index, error } of failed) results[index] = { kind: 'unfinished', error };

  return { records: results, resumeFrom: records[results.findIndex(({ kind }) => kind === 'unfinished')] };
};

/** Steps 2 and 3 for records that were decoded, in order. What could not be decoded stays what it is. */
export const judge = (
  { enrichers, rules }: Pick<BatchDependencies, 'enrichers' | 'rules'>,
  records: readonly StreamRecord[],
  decoded: readonly Step<DecodedEvent>[],
  now: number,
): readonly Step<EnrichedEvent>[] =>
  decoded.map((event, index) => {
    if (event instanceof Error) return event;
    return enrichOne(event, records[index] as StreamRecord, enrichers, rules, now);
  });

const enrichOne = (
  decoded: DecodedEvent,
  record: StreamRecord,
  enrichers: Readonly<Record<string, Enricher>>,
  rules: HeaderRules,
  now: number,
): Step<EnrichedEvent> => {
  try {
    checkHeader(decoded.header, rules, now);
    // The decoder lets through only the subjects of this source, and each of those has an enricher.
    const enrichment = (enrichers[decoded.subject] as Enricher)(decoded);
    return { ...enrichment, decoded, position: record.position, arrivedAt: record.arrivedAt };
  } catch (error) {
    // Anything else is a bug of ours: a crash, which bisecting brings down to its record.
    if (error instanceof PlatformError) return error;
    throw error;
  }
};

const isHalt = (step: unknown): boolean => step instanceof Error && dispositionOf(step) === 'halt';

/** What is in the table, and what this batch may show of it: not a conflict, not a reject, not an outage. */
const isSafe = ({ kind }: RecordResult): boolean => kind === 'stored' || kind === 'duplicate';

const fromError = (error: PlatformError, decoded: Step<DecodedEvent> | undefined): RecordResult => {
  if (dispositionOf(error) !== 'reject') return { kind: 'unfinished', error };
  const correlationId = decoded === undefined || decoded instanceof Error ? null : decoded.header.correlationId;
  return { kind: 'rejected', error: error as RejectedRecordError, correlationId };
};

const fromStep = (step: Step<EnrichedEvent>, decoded: Step<DecodedEvent> | undefined): RecordResult =>
  step instanceof Error ? fromError(step, decoded) : { kind: 'stored' };

const fromOutcome = (outcome: Outcome, decoded: Step<DecodedEvent> | undefined): RecordResult =>
  typeof outcome === 'string' ? { kind: outcome } : fromError(outcome, decoded);

/** Nothing of the batch counts as finished: it is delivered again from its first record on. */
export const haltAt = (records: readonly StreamRecord[], error: unknown): BatchResult => ({
  records: records.map(() => ({ kind: 'unfinished', error })),
  resumeFrom: records[0],
  halted: error,
});
