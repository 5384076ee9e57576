import { AttributeType, type Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { ReadinessEnv, WatchedSource } from '../../lambdas/operations/readiness/config.ts';
import { operationsConcurrency } from '../config/check-environment.ts';
import type { Environment } from '../config/environment.ts';
import { physicalName, readinessUser } from '../config/names.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import type { Foundation } from '../foundation/foundation.ts';

export interface ReadinessProps {
  readonly environment: Environment;
  readonly foundation: Foundation;
}

/** No entity, event or operation has this key. The function may ask tables for it and for nothing else. */
const probeKey = 'readiness-probe';

/** `table:key[:key]`. @throws Error where a key is no string: the function asks for an item by strings */
const withKeys = (table: Table): string => {
  const { partitionKey, sortKey } = table.schema();
  const keys = [partitionKey, sortKey].filter((key) => key !== undefined);
  const other = keys.find(({ type }) => type !== AttributeType.STRING);
  if (other) throw new Error(`${table.node.path}: readiness asks tables by string keys, ${other.name} is none`);
  return [table.tableName, ...keys.map(({ name }) => name)].join(':');
};

/** Answers whether the platform can do its work now: what `ops status` shows first. */
export class Readiness extends Construct {
  constructor(scope: Construct, id: string, { environment, foundation }: ReadinessProps) {
    super(scope, id);
    const { database, deadLetters, schemas, wake } = foundation;
    // What the platform cannot work without. Whatever is added here is asked, and may be asked.
    const { entityState, idempotency, deadLetters: entries, controls } = foundation.tables;
    const tables = [entityState, idempotency, entries, controls];
    const queues = [...Object.values(deadLetters.intake).flatMap(({ queue, failed }) => [queue, failed]), wake.queue];
    const sources = Object.entries(environment.sources).map(([source, { maxLagSeconds }]): WatchedSource => ({
      source,
      functionName: physicalName(environment.name, 'enrichment', source),
      streamName: physicalName(environment.name, source),
      maxLagSeconds,
    }));

    const check = new NodeFunction(this, 'CheckReadiness', {
      name: physicalName(environment.name, 'operations', 'check-readiness'),
      purpose: 'Asks every dependency and every source whether the platform can do its work now',
      handler: 'lambdas/operations/check-readiness.handler.ts',
      memoryMb: 512, // seven clients to load; with less processor that alone takes seconds
      timeoutSeconds: 15, // it answers within five; the rest is for a cold start
      reservedConcurrency: operationsConcurrency.checkReadiness,
      logDays: environment.logDays,
      network: foundation.network,
      reaches: ['dynamodb', 's3', 'sqs', 'glue', 'lambda', 'cloudwatch'],
      environment: {
        ...database.address,
        DATABASE_USER: readinessUser,
        PROBE_KEY: probeKey,
        TABLES: tables.map(withKeys).join(','),
        QUEUE_URLS: queues.map(({ queueUrl }) => queueUrl).join(','),
        BUCKETS: deadLetters.giveUpsName,
        SCHEMA_REGISTRY: schemas.registryName,
        SCHEMA_IDS: schemas.schemaIds,
        SOURCES: JSON.stringify(sources),
      } satisfies ReadinessEnv,
    });

    database.grantConnect(check.function, readinessUser);
    check.permit({
      actions: ['dynamodb:GetItem'],
      resources: tables.map(({ tableArn }) => tableArn),
      conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [probeKey] } },
    });
    for (const queue of queues) queue.grant(check.function, 'sqs:GetQueueAttributes');
    check.permit({ actions: ['s3:ListBucket'], resources: [deadLetters.giveUpsArn] });
    check.permit(
      {
        actions: ['glue:GetSchemaVersion', 'lambda:ListEventSourceMappings', 'cloudwatch:GetMetricData'],
        resources: ['*'],
      },
      'IAM knows no resource for any of these three calls; they read a schema, the states of mappings, and metrics.',
    );
  }
}
