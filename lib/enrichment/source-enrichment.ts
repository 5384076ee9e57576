import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { EnrichmentEnv } from '../../lambdas/enrichment/config.ts';
import type { Environment, SourceSettings } from '../config/environment.ts';
import { enrichmentUser, physicalName } from '../config/names.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { StreamConsumer } from '../constructs/stream-consumer.ts';
import type { Foundation } from '../foundation/foundation.ts';

export interface SourceEnrichmentProps {
  readonly environment: Environment;
  readonly foundation: Foundation;
  readonly source: string;
  readonly settings: SourceSettings;
}

/** One source's function, from the code all sources share, and its reading of the source's stream. */
export class SourceEnrichment extends Construct {
  constructor(scope: Construct, id: string, { environment, foundation, source, settings }: SourceEnrichmentProps) {
    super(scope, id);
    const { database, deadLetters, schemas, tables } = foundation;
    const stream = foundation.streams.get(source);
    if (!stream) throw new Error(`the foundation has no stream for ${source}`);
    const name = physicalName(environment.name, 'enrichment', source);
    const user = enrichmentUser(source);

    const consumer = new NodeFunction(this, 'EnrichEvents', {
      name,
      purpose: `Decodes, enriches and stores the events of ${source}, each once`,
      handler: 'lambdas/enrichment/enrich-events.handler.ts',
      memoryMb: settings.memoryMb,
      timeoutSeconds: settings.timeoutSeconds,
      reservedConcurrency: settings.reservedConcurrency,
      logDays: environment.logDays,
      network: foundation.network,
      reaches: ['dynamodb', 's3', 'sqs', 'glue'],
      environment: {
        SOURCE: source,
        ...database.address,
        DATABASE_USER: user,
        ENTITY_STATE_TABLE: tables.entityState.tableName,
        IDEMPOTENCY_TABLE: tables.idempotency.tableName,
        CONTROLS_TABLE: tables.controls.tableName,
        HOLD_AFTER_SECONDS: String(settings.holdAfterSeconds),
        PARKED_QUEUE_URL: deadLetters.parked.queueUrl,
        WAKE_QUEUE_URL: foundation.wake.queue.queueUrl,
        DEAD_LETTER_BUCKET: deadLetters.giveUpsName,
        SCHEMA_REGISTRY: schemas.registryName,
        SCHEMA_IDS: schemas.schemaIds,
        MAX_RECORD_BYTES: String(environment.maxRecordBytes),
        MAX_FUTURE_SECONDS: String(environment.maxFutureSeconds),
        HORIZON_DAYS: String(environment.horizonDays),
      } satisfies EnrichmentEnv,
    });

    grantSteps(consumer, foundation, user);
    grantControls(consumer, foundation, source, physicalName(environment.name, source));
    new StreamConsumer(this, 'Stream', {
      name,
      stream,
      consumer,
      giveUpsArn: deadLetters.giveUpsArn,
      alarms: foundation.alarms,
      impact: `Events of ${source} are late or missing in everything that is read from the database.`,
      runbooks: { lag: 'enrichment-lag', giveUps: 'enrichment-give-ups', dropped: 'enrichment-dropped' },
      attempts: settings.attempts,
      maxRecordAge: Duration.hours(settings.maxRecordAgeHours),
      maxLag: Duration.seconds(settings.maxLagSeconds),
      batchSize: settings.batchSize,
      lanesPerShard: settings.lanesPerShard,
    });
  }
}

/** What the steps of a record's way need, and nothing else. */
const grantSteps = (
  consumer: NodeFunction,
  { database, tables, deadLetters, wake }: Foundation,
  user: string,
): void => {
  const { function: grantee } = consumer;
  database.grantConnect(grantee, user);
  tables.entityState.grant(grantee, 'dynamodb:PutItem');
  // What Powertools idempotency does with its table.
  tables.idempotency.grant(
    grantee,
    'dynamodb:PutItem',
    'dynamodb:GetItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
  );
  deadLetters.parked.grant(grantee, 'sqs:SendMessage');
  wake.queue.grant(grantee, 'sqs:SendMessage');
  consumer.permit(
    { actions: ['s3:PutObject'], resources: [`${deadLetters.giveUpsArn}/parked/*`] },
    'One object per large parked record, named by its place in its stream.',
  );
  consumer.permit(
    { actions: ['glue:GetSchemaVersion'], resources: ['*'] },
    'By version id the call cannot be narrowed: IAM does not know the schema that an id belongs to.',
  );
};

/** The hold of its own source, the verdicts of its own stream, and the breakers, which all sources share. */
const grantControls = (consumer: NodeFunction, { tables }: Foundation, source: string, stream: string): void => {
  const keys = [`hold/${source}`, `verdicts/${stream}/*`, 'breaker/*'];
  consumer.permit({
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem'],
    resources: [tables.controls.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
  });
};
