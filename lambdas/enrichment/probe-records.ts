import { readKinesisEvent, type StreamRecord } from '../shared/batch/kinesis.ts';
import { storeError } from '../shared/database/sqlstate.ts';
import { dispositionOf, PlatformError, reasonOf } from '../shared/errors/platform-error.ts';
import { serviceError } from '../shared/aws/service-error.ts';
import type { ProbeAnswer, ProbeEvent } from '../shared/holds/probe.ts';
import type { DecodedEvent } from '../shared/serde/decoder.ts';
import { createResilient } from '../shared/resilience/retry.ts';
import type { EnrichmentDependencies } from './dependencies.ts';
import { judge } from './enrich-batch.ts';
import type { EnrichedEvent } from './event.ts';
import type { MarkStore } from './mark-store.ts';

export interface ProbeDependencies extends Pick<
  EnrichmentDependencies,
  'source' | 'rules' | 'decoder' | 'breakers' | 'telemetry' | 'now'
> {
  readonly marks: MarkStore;
}

export const isProbe = (event: object): event is ProbeEvent => 'probe' in event;

/** Longer than all instances together keep a breaker waiting for its next probe, and shorter than the keeper waits. */
const longestMs = 6_000;
const attemptTimeoutMs = 3_000;
/** What PostgreSQL says of a write where it only reads, as after a failover. */
const readOnly = '25006';

/**
 * The dry run of a held source: whatever a batch does with its records but storing, parking and projecting, and a mark
 * written wherever a batch would write. The hold is not looked at, for it stands.
 *
 * Writes go through the breakers, so that one that is answered closes its breaker for all. Only for a breaker's next
 * probe it waits; whatever a dependency itself said is the answer.
 */
export const probeRecords = ({ source, rules, decoder, breakers, marks, telemetry, now }: ProbeDependencies) => {
  const write = async (dependency: keyof MarkStore): Promise<PlatformError | undefined> => {
    const inTurn = createResilient(
      { deadline: now() + longestMs, maxRetries: 100, attemptTimeoutMs, now, longestDelayMs: 500 },
      isRefusal,
      () => telemetry.countByReason('Retries', `${dependency} breaker`, 1),
    );
    try {
      await inTurn((timeoutMs) => breakers[dependency].execute(() => marks[dependency](timeoutMs)));
      return undefined;
    } catch (error) {
      return dependency === 'store' ? storeError(error) : serviceError(dependency, error);
    }
  };

  /** A record that crashes its enricher waits for the mapping: its attempts and bisecting end it, and no hold is for it. */
  const judgeAlone = (
    record: StreamRecord,
    decoded: DecodedEvent | PlatformError,
  ): EnrichedEvent | PlatformError | 'crashed' | undefined => {
    try {
      return judge({ enrichers: source.enrichers, rules }, [record], [decoded], now())[0];
    } catch {
      return 'crashed';
    }
  };

  return async (event: ProbeEvent): Promise<ProbeAnswer> => {
    const records = readKinesisEvent({ Records: [...event.Records] });
    const [decoded, store, entityState, idempotency, bucket, parkedQueue] = await Promise.all([
      decoder.decodeBatch(records),
      write('store'),
      write('entity-state'),
      write('idempotency'),
      write('dead-letter-bucket'),
      write('parked-queue'),
    ]);
    const judged = records.map((record, index) => judgeAlone(record, decoded[index] as DecodedEvent | PlatformError));
    const crashed = judged.filter((step) => step === 'crashed').length;
    if (crashed > 0) telemetry.error('records crashed the probe', { crashed });
    const errors = judged.filter((step) => step instanceof PlatformError);
    const registry = errors.find(({ disposition, reason }) => disposition === 'retry' && reason === 'registry');
    const halted = [store, entityState, idempotency, bucket, parkedQueue, ...errors].find(
      (error) => error && dispositionOf(error) === 'halt',
    );
    const rejected = errors.filter(({ disposition }) => disposition === 'reject');
    const waiting = errors.filter(({ disposition }) => disposition === 'retry').length;
    const answer: ProbeAnswer = {
      dependencies: {
        store: inWords(store),
        'entity-state': inWords(entityState),
        idempotency: inWords(idempotency),
        'dead-letter-bucket': inWords(bucket),
        'parked-queue': inWords(parkedQueue),
        registry: inWords(registry),
      },
      records: {
        valid: records.length - errors.length - crashed,
        waiting: waiting + crashed,
        rejected: countByReason(rejected),
      },
      halted: halted ? reasonOf(halted) : null,
    };
    telemetry.info('probed', { ...answer.dependencies, ...answer.records, rejected: rejected.length });
    telemetry.publish();
    return answer;
  };
};

const isRefusal = (error: unknown): boolean => error instanceof PlatformError && error.details['breaker'] === 'open';

/** What a dependency said, in a word: `ok`, `read-only`, `breaker-open`, `SQLSTATE 57P03`, `TimeoutError`, … */
const inWords = (error: PlatformError | undefined): string => {
  if (!error) return 'ok';
  if (isRefusal(error)) return 'breaker-open';
  const { sqlState, name } = error.details;
  if (sqlState === readOnly) return 'read-only';
  if (sqlState !== undefined && sqlState !== 'none') return `SQLSTATE ${sqlState}`;
  return name === undefined ? 'no-answer' : String(name);
};

const countByReason = (errors: readonly PlatformError[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { reason } of errors) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
};
