import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { EnrichmentEnv } from '../../lambdas/enrichment/config.ts';
import type { SourceSettings } from '../config/environments.ts';
import { acknowledge, acknowledgePrefix } from '../constructs/acknowledge.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { StreamConsumer } from '../constructs/stream-consumer.ts';
import { enrichmentUser } from '../foundation/database-users.ts';
import type { Foundation } from '../foundation/foundation.ts';
import type { PlatformStackProps } from '../platform-stack-props.ts';

export interface EnrichmentProps extends PlatformStackProps {
  readonly foundation: Foundation;
}

/** One function a source, from the same code, so that one source cannot starve another. */
export class Enrichment extends Stack {
  constructor(scope: Construct, id: string, props: EnrichmentProps) {
    super(scope, id, props);
    this.addDependency(props.foundation, 'its migrations have run');
    for (const [source, settings] of Object.entries(props.environment.sources)) this.#consume(source, settings, props);
  }

  #consume(source: string, settings: SourceSettings, { prefix, environment, foundation }: EnrichmentProps): void {
    const stream = foundation.streams.get(source);
    if (!stream) throw new Error(`source ${source} has no stream`);
    const { function: consumer } = new NodeFunction(this, `Enrich-${source}`, {
      name: `${prefix}-enrichment-${source}`,
      handler: 'enrichment/enrich-events.handler.ts',
      description: `Decodes, validates, enriches and stores the records of ${source}`,
      environment: {
        SOURCE: source,
        ...foundation.database.address,
        DATABASE_USER: enrichmentUser(source),
        ENTITY_STATE_TABLE: foundation.tables.entityState.tableName,
        IDEMPOTENCY_TABLE: foundation.tables.idempotency.tableName,
        PARKED_QUEUE_URL: foundation.deadLetters.parked.queueUrl,
        DEAD_LETTER_BUCKET: foundation.deadLetters.bucketName,
        SCHEMA_REGISTRY: foundation.registry.registryName,
        SCHEMA_IDS: foundation.registry.schemaIds,
        MAX_RECORD_BYTES: String(environment.maxRecordBytes),
        MAX_FUTURE_SECONDS: String(environment.maxFutureSeconds),
        HORIZON_DAYS: String(environment.horizonDays),
      } satisfies EnrichmentEnv,
      vpc: foundation.network.vpc,
      securityGroup: foundation.network.functions,
      memoryMb: settings.memoryMb,
      timeout: Duration.seconds(settings.timeoutSeconds),
      reservedConcurrency: settings.reservedConcurrency,
      logRetentionDays: environment.logDays,
    });
    grantStep(consumer, foundation, source);
    new StreamConsumer(this, `Consume-${source}`, {
      name: `${prefix}-enrichment-${source}`,
      stream,
      consumer,
      giveUpsArn: foundation.deadLetters.bucketArn,
      impact: `Whoever watches ${source} sees events late, or not at all.`,
      runbooks: { lag: 'enrichment-lag', giveUps: 'enrichment-give-ups' },
      attempts: settings.attempts,
      maxRecordAge: Duration.hours(settings.maxRecordAgeHours),
      maxLag: Duration.seconds(settings.maxLagSeconds),
      parallelization: settings.lanesPerShard,
    });
  }
}

/** What the steps of a record's way need, and nothing else. */
const grantStep = (consumer: IFunction, { database, tables, deadLetters }: Foundation, source: string): void => {
  database.grantConnect(consumer, enrichmentUser(source));
  tables.entityState.grant(consumer, 'dynamodb:PutItem');
  tables.idempotency.grant(consumer, 'dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
  deadLetters.parked.grantSendMessages(consumer);
  const parkedBytes = `${deadLetters.bucketArn}/parked/*`;
  consumer.addToRolePolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: [parkedBytes] }));
  acknowledgePrefix(consumer, parkedBytes, 'One object a large parked record, named by its place in its stream.');
  consumer.addToRolePolicy(new PolicyStatement({ actions: ['glue:GetSchemaVersion'], resources: ['*'] }));
  acknowledge(consumer, {
    'AwsSolutions-IAM5[Resource::*]':
      'glue:GetSchemaVersion by version id cannot be narrowed: IAM does not know the schema an id belongs to.',
  });
};
