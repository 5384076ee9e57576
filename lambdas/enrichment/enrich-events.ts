import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { answerFrom, readKinesisEvent, type StreamRecord } from '../shared/batch/kinesis.ts';
import { decodeBatch } from './decode-batch.ts';
import type { EnrichmentDependencies } from './dependencies.ts';
import { enrichInRounds } from './enrich-in-rounds.ts';
import { guardBatch } from './guard-batch.ts';
import { holdFor, placeHold } from './place-holds.ts';
import { createRejectGuard } from './reject-guard.ts';
import { report, reportAlone, reportHeld } from './report.ts';
import { retriesIn } from './retries.ts';
import { createHoldWatch, waitWhileHeld } from './under-hold.ts';

/**
 * One Kinesis batch: looks at the hold first, lets `enrichInRounds` decide, says what happened, places a hold where the
 * batch calls for one, answers where to go on.
 *
 * Half of the time that is left is for waiting: for a hold to end, then half of what then is left for retries.
 */
export const enrichEvents = (dependencies: EnrichmentDependencies) => {
  const { source, rules, decoder, events, entityState, parked, wakes, breakers, telemetry, now } = dependencies;
  const watch = createHoldWatch({ ...dependencies, source: rules.source, onUnknown: reportAlone(telemetry, 'hold') });
  const rejectGuard = createRejectGuard({ ...dependencies, onAlone: reportAlone(telemetry, 'verdicts') });

  return async (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> => {
    const startedAt = now();
    const records: readonly StreamRecord[] = readKinesisEvent(event);
    const halfway = startedAt + context.getRemainingTimeInMillis() / 2;
    const waited = await waitWhileHeld(watch, halfway, now);
    if (waited.isHeld) {
      reportHeld(telemetry, records, waited.hold, now());
      return answerFrom(records[0]);
    }

    const { deadline, retries } = retriesIn(context, breakers, telemetry, now);
    const { guard, heldBack } = guardBatch(rejectGuard, waited.hold, now);
    const result = await enrichInRounds(
      {
        decodeOnce: (batch) => decoder.decodeBatch(batch),
        decodeWaiting: (batch) => decodeBatch(decoder, batch, retries.decode),
        enrichers: source.enrichers,
        rules,
        record: async (batch) => {
          const outcomes = await events.record(batch, retries.store);
          // What a batch waits for its commit; what it takes beyond that is parking and projection.
          telemetry.duration('StoredAfter', now() - startedAt);
          return outcomes;
        },
        guard,
        park: (rejects) => parked.park(rejects, context, retries.park),
        project: (batch) => entityState.project(batch, retries['entity-state']),
        wake: (batch) => wakes.wake(batch),
        now,
      },
      records,
    );

    const wanted = holdFor({ records, result, heldBack: heldBack() }, breakers, dependencies.holdAfterSeconds * 1000);
    if (wanted) {
      await placeHold({ ...dependencies, source: rules.source, by: context.functionName, deadline }, wanted);
      watch.lookAgain();
    }
    report(telemetry, records, result, startedAt, now());
    return answerFrom(result.resumeFrom);
  };
};
