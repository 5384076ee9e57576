import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../shared/aws/client-settings.ts';
import { connectWithIam } from '../shared/database/connection.ts';
import { createDecoder, type Decoder } from '../shared/serde/decoder.ts';
import { createLoneBreaker } from '../shared/resilience/lone-breaker.ts';
import { createGlueRegistry, registryFailures } from '../shared/serde/registry.ts';
import { createTelemetry, type Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import type { EnrichmentConfig } from './config.ts';
import { createEntityStateStore, type EntityStateStore } from './entity-state-store.ts';
import { createEventStore, type EventStore } from './event-store.ts';
import { createParkedStore, type ParkedStore } from './parked-store.ts';
import type { HeaderRules } from './rules.ts';
import { sourceNamed, type SourceDefinition } from './source.ts';

/** Everything an instance keeps between invocations: connections, caches, settings. No memory of batches. */
export interface EnrichmentDependencies {
  readonly source: SourceDefinition;
  readonly rules: HeaderRules;
  readonly decoder: Decoder;
  readonly events: EventStore;
  readonly entityState: EntityStateStore;
  readonly parked: ParkedStore;
  readonly telemetry: Telemetry;
  readonly now: () => number;
}

/** How much larger than its record a compressed datum may become. */
const inflation = 4;

/** @throws MisconfiguredError where SOURCE names no source */
export const connect = async (config: EnrichmentConfig): Promise<EnrichmentDependencies> => {
  const source = await sourceNamed(config.SOURCE);
  const dynamodb = new DynamoDBClient(clientSettings);
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
        breaker: createLoneBreaker(registryFailures, Date.now),
        now: Date.now,
      }),
      maxRecordBytes: config.MAX_RECORD_BYTES,
      maxInflatedBytes: config.MAX_RECORD_BYTES * inflation,
      now: Date.now,
    }),
    events: createEventStore(connectWithIam(config), config.SOURCE, source.windowSpans),
    entityState: createEntityStateStore(dynamodb, config.ENTITY_STATE_TABLE, config.SOURCE),
    parked: createParkedStore(
      { sqs: new SQSClient(clientSettings), s3: new S3Client(clientSettings), dynamodb },
      {
        source: config.SOURCE,
        queueUrl: config.PARKED_QUEUE_URL,
        bucket: config.DEAD_LETTER_BUCKET,
        idempotencyTable: config.IDEMPOTENCY_TABLE,
      },
    ),
    telemetry: createTelemetry('enrichment', config.SOURCE),
    now: Date.now,
  };
};
