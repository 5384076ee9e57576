import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../shared/aws/client-settings.ts';
import { connectWithIam } from '../shared/database/connection.ts';
import { createDecoder, type Decoder } from '../shared/serde/decoder.ts';
import { createHoldStore, type HoldStore } from '../shared/holds/hold-store.ts';
import { createBreakerStore } from '../shared/resilience/breaker-store.ts';
import { createGlueRegistry } from '../shared/serde/registry.ts';
import { createTelemetry, type Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import { type Breakers, createBreakers } from './breakers.ts';
import type { EnrichmentConfig } from './config.ts';
import { deploymentOf } from './deployment.ts';
import { createEntityStateStore, type EntityStateStore } from './entity-state-store.ts';
import { createEventStore, type EventStore } from './event-store.ts';
import { createMarkStore } from './mark-store.ts';
import { createParkedStore, type ParkedStore } from './parked-store.ts';
import type { ProbeDependencies } from './probe-records.ts';
import type { HeaderRules } from './rules.ts';
import { sourceNamed, type SourceDefinition } from './source.ts';
import { createVerdictStore, type VerdictStore } from './verdict-store.ts';
import { createWakeStore, type WakeStore } from './wake-store.ts';

/** Everything an instance keeps between invocations: connections, caches, settings. No memory of batches. */
export interface EnrichmentDependencies {
  readonly source: SourceDefinition;
  readonly rules: HeaderRules;
  readonly decoder: Decoder;
  readonly events: EventStore;
  readonly entityState: EntityStateStore;
  readonly parked: ParkedStore;
  readonly wakes: WakeStore;
  readonly holds: HoldStore;
  readonly verdicts: VerdictStore;
  /** The registry's is used inside the decoder, those of parking inside `parked`. */
  readonly breakers: Breakers;
  /** Names the code and the configuration that run; a bad deploy is told by it from a bad producer. */
  readonly deployment: string;
  /** How long a dependency is away before its outage holds the source. */
  readonly holdAfterSeconds: number;
  readonly telemetry: Telemetry;
  readonly now: () => number;
}

/** How much larger than its record a compressed datum may become. */
const inflation = 4;
/**
 * For what is asked on the way of a batch and can be done without: the controls, and the queue that wakes the relay. What
 * hangs is not waited for as long as a store is.
 */
const quickSettings = {
  ...clientSettings,
  requestHandler: { ...clientSettings.requestHandler, connectionTimeout: 500, requestTimeout: 1_000 },
};

/** @throws MisconfiguredError where SOURCE names no source */
export const connect = async (config: EnrichmentConfig): Promise<EnrichmentDependencies & ProbeDependencies> => {
  const source = await sourceNamed(config.SOURCE);
  const dynamodb = new DynamoDBClient(clientSettings);
  const sqs = new SQSClient(clientSettings);
  const s3 = new S3Client(clientSettings);
  const database = connectWithIam(config);
  const controls = new DynamoDBClient(quickSettings);
  const telemetry = createTelemetry('enrichment', config.SOURCE);
  const states = createBreakerStore(controls, config.CONTROLS_TABLE);
  const breakers = createBreakers({ store: states, instance: randomUUID(), now: Date.now }, telemetry);
  return {
    source,
    rules: {
      source: config.SOURCE,
      maxFutureSeconds: config.MAX_FUTURE_SECONDS,
      horizonDays: config.HORIZON_DAYS,
    },
    decoder: createDecoder({
      subjects: Object.keys(source.enrichers),
      schemaIds: config.SCHEMA_IDS,
      registry: createGlueRegistry(new GlueClient(clientSettings), {
        registryName: config.SCHEMA_REGISTRY,
        breaker: breakers.registry,
        now: Date.now,
      }),
      maxRecordBytes: config.MAX_RECORD_BYTES,
      maxInflatedBytes: config.MAX_RECORD_BYTES * inflation,
      now: Date.now,
    }),
    events: createEventStore(database, config.SOURCE, source.windowSpans),
    entityState: createEntityStateStore(dynamodb, config.ENTITY_STATE_TABLE, config.SOURCE),
    parked: createParkedStore({ sqs, s3, dynamodb }, breakers, {
      source: config.SOURCE,
      queueUrl: config.PARKED_QUEUE_URL,
      bucket: config.DEAD_LETTER_BUCKET,
      idempotencyTable: config.IDEMPOTENCY_TABLE,
    }),
    wakes: createWakeStore(new SQSClient(quickSettings), config.WAKE_QUEUE_URL, telemetry, Date.now),
    marks: createMarkStore(
      { database, dynamodb, sqs, s3 },
      {
        source: config.SOURCE,
        entityStateTable: config.ENTITY_STATE_TABLE,
        idempotencyTable: config.IDEMPOTENCY_TABLE,
        queueUrl: config.PARKED_QUEUE_URL,
        bucket: config.DEAD_LETTER_BUCKET,
      },
      Date.now,
    ),
    holds: createHoldStore(controls, config.CONTROLS_TABLE),
    verdicts: createVerdictStore(controls, config.CONTROLS_TABLE),
    breakers,
    deployment: await deploymentOf(import.meta.url, config),
    holdAfterSeconds: config.HOLD_AFTER_SECONDS,
    telemetry,
    now: Date.now,
  };
};
