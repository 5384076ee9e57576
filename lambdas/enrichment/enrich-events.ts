import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { answerFrom, readKinesisEvent, type StreamRecord } from '../shared/batch/kinesis.ts';
import { faultOf } from '../shared/database/sqlstate.ts';
import { dispositionOf } from '../shared/errors/platform-error.ts';
import { serviceError } from '../shared/aws/service-error.ts';
import { createResilient, type Resilient } from '../shared/resilience/retry.ts';
import { decodeBatch } from './decode-batch.ts';
import type { EnrichmentDependencies } from './dependencies.ts';
import { enrichBatch } from './enrich-batch.ts';
import { report } from './report.ts';

/** Attempts after the first, in place; then the record is answered and the mapping's own attempts begin. */
const maxRetries = 5;

/** One Kinesis batch: reads it, lets `enrichBatch` decide, says what happened, answers where to go on. */
export const enrichEvents =
  ({ source, rules, decoder, events, entityState, parked, telemetry, now }: EnrichmentDependencies) =>
  async (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> => {
    const startedAt = now();
    const records: readonly StreamRecord[] = readKinesisEvent(event);
    const halfMs = context.getRemainingTimeInMillis() / 2;
    const resilient = (dependency: string, mayHelp: (error: unknown) => boolean): Resilient =>
      createResilient({ deadline: startedAt + halfMs, maxRetries, attemptTimeoutMs: halfMs, now }, mayHelp, () =>
        telemetry.countByReason('Retries', dependency, 1),
      );

    const store = resilient('store', (error) => faultOf(error) === 'retry');
    const service = (dependency: string): Resilient =>
      resilient(dependency, (error) => dispositionOf(serviceError(dependency, error)) === 'retry');

    const result = await enrichBatch(
      {
        decode: (batch) =>
          decodeBatch(
            decoder,
            batch,
            resilient('registry', () => true),
          ),
        enrichers: source.enrichers,
        rules,
        record: async (batch) => {
          const outcomes = await events.record(batch, store);
          // What a batch waits for its commit; what it takes beyond that is parking and projection.
          telemetry.duration('StoredAfter', now() - startedAt);
          return outcomes;
        },
        park: (rejects) => parked.park(rejects, context, service('parked-queue')),
        project: (batch) => entityState.project(batch, service('entity-state')),
        now,
      },
      records,
    );
    report(telemetry, records, result, startedAt, now());
    return answerFrom(result.resumeFrom);
  };
