import type { StreamRecord } from '../shared/batch/kinesis.ts';
import { PlatformError, reasonOf } from '../shared/errors/platform-error.ts';
import { positionKey } from '../shared/stream/position.ts';
import type { Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import type { BatchResult, RecordResult } from './enrich-batch.ts';
import type { SeenHold } from './under-hold.ts';

/** The first of each reason, and how many there were: a poison burst must not become a burst of log lines. */
const byReason = (results: readonly RecordResult[], kind: 'rejected' | 'unfinished'): Map<string, number[]> => {
  const indexes = new Map<string, number[]>();
  results.forEach((result, index) => {
    if (result.kind !== kind) return;
    const reason = reasonOf(result.error);
    const list = indexes.get(reason);
    if (list) list.push(index);
    else indexes.set(reason, [index]);
  });
  return indexes;
};

/** Says that a control was not known, and by what it was decided instead: the instance's own knowledge. */
export const reportAlone =
  (telemetry: Telemetry, control: 'hold' | 'verdicts') =>
  (error: unknown): void => {
    telemetry.countByReason('ControlsUnknown', control, 1);
    telemetry.warn('control not known', { control, cause: error instanceof Error ? error.name : 'contention' });
  };

/** Says that a batch was left where it is. */
export const reportHeld = (
  telemetry: Telemetry,
  records: readonly StreamRecord[],
  { cause, reason, number, since }: SeenHold,
  endedAt: number,
): void => {
  const [first] = records;
  telemetry.count('Held', records.length);
  telemetry.duration('Lag', endedAt - oldestOf(records, endedAt));
  telemetry.warn('records held', {
    cause,
    reason,
    hold: number,
    since,
    count: records.length,
    firstPosition: first ? positionKey(first.position) : null,
  });
  telemetry.publish();
};

/** Says what became of a batch: metrics for all of it, a log line per reason with the first record it befell. */
export const report = (
  telemetry: Telemetry,
  records: readonly StreamRecord[],
  { records: results, resumeFrom }: BatchResult,
  startedAt: number,
  endedAt: number,
): void => {
  const count = (kind: RecordResult['kind']): number => results.filter((result) => result.kind === kind).length;
  telemetry.count('EventsIn', records.length);
  telemetry.count('Stored', count('stored'));
  telemetry.count('Duplicates', count('duplicate'));
  telemetry.duration('BatchDuration', endedAt - startedAt);
  telemetry.duration('Lag', endedAt - oldestOf(records, endedAt));

  for (const kind of ['rejected', 'unfinished'] as const) {
    for (const [reason, indexes] of byReason(results, kind)) {
      const [first = 0] = indexes;
      const result = results[first];
      const record = records[first];
      if (!record || !result || result.kind === 'stored' || result.kind === 'duplicate') continue;
      telemetry.countByReason(kind === 'rejected' ? 'Rejected' : 'Unfinished', reason, indexes.length);
      telemetry.warn(kind === 'rejected' ? 'records rejected' : 'records not finished', {
        reason,
        count: indexes.length,
        firstPosition: positionKey(record.position),
        correlationId: result.kind === 'rejected' ? result.correlationId : null,
        // The text of an error that is not ours may quote data.
        cause: result.error instanceof PlatformError ? result.error.message : 'unexpected',
      });
    }
  }
  if (resumeFrom) telemetry.warn('batch to be resumed', { from: positionKey(resumeFrom.position) });
  telemetry.publish();
};

const oldestOf = (records: readonly StreamRecord[], endedAt: number): number =>
  records.reduce((least, { arrivedAt }) => Math.min(least, arrivedAt), endedAt);
