import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { answerFrom, readKinesisEvent, type StreamRecord } from '../shared/batch/kinesis.ts';
import { faultOf, sqlStateOf } from '../shared/database/sqlstate.ts';
import { dispositionOf, reasonOf } from '../shared/errors/platform-error.ts';
import { serviceError } from '../shared/aws/service-error.ts';
import { createResilient, type Resilient, type RetryBudget } from '../shared/resilience/retry.ts';
import { decodeBatch } from './decode-batch.ts';
import type { EnrichmentDependencies } from './dependencies.ts';
import { enrichInRounds } from './enrich-in-rounds.ts';
import { report } from './report.ts';

/** More than fit: half the timeout ends the retries in place, and then the mapping's own attempts begin. */
const maxRetries = 1_000;
/** An attempt that hangs must leave time for others. */
const attemptsThatFit = 3;
/**
 * How much of the time for retries is over when a step gives up, so that what one step waits for leaves the next its
 * turn: what can be decoded is stored while the registry is away, and rejects are parked while the store is.
 */
const until = { decode: 0.5, record: 0.75, parkAndProject: 1 } as const;

/**
 * A record of an unknown schema is rejected when it is three seconds old, and its lane waits for that moment: it must not
 * be missed by a second. The registry is not asked more often for it, since its answer is remembered for a second.
 */
const forSchemas = { longestDelayMs: 200 } as const;

type Explain = (error: unknown) => string;

/** One Kinesis batch: reads it, lets `enrichInRounds` decide, says what happened, answers where to go on. */
export const enrichEvents =
  ({ source, rules, decoder, events, entityState, parked, telemetry, now }: EnrichmentDependencies) =>
  async (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> => {
    const startedAt = now();
    const records: readonly StreamRecord[] = readKinesisEvent(event);
    const halfMs = context.getRemainingTimeInMillis() / 2;
    const budget = { maxRetries, attemptTimeoutMs: halfMs / attemptsThatFit, now };
    const resilient = (
      part: number,
      mayHelp: (error: unknown) => boolean,
      reason: Explain,
      pauses: Pick<RetryBudget, 'longestDelayMs'> = {},
    ): Resilient =>
      createResilient({ ...budget, ...pauses, deadline: startedAt + halfMs * part }, mayHelp, (error) =>
        telemetry.countByReason('Retries', reason(error), 1),
      );

    const store = resilient(
      until.record,
      (error) => faultOf(error) === 'retry',
      (error) => `store ${sqlStateOf(error) ?? 'connection'}`,
    );
    const service = (dependency: string): Resilient =>
      resilient(
        until.parkAndProject,
        (error) => dispositionOf(serviceError(dependency, error)) === 'retry',
        (error) => `${dependency} ${error instanceof Error ? error.name : 'unknown'}`,
      );

    const result = await enrichInRounds(
      {
        decodeOnce: (batch) => decoder.decodeBatch(batch),
        decodeWaiting: (batch) =>
          decodeBatch(
            decoder,
            batch,
            resilient(until.decode, () => true, reasonOf, forSchemas),
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
