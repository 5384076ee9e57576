import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSchemaVersionCommand, GlueClient } from '@aws-sdk/client-glue';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../../shared/aws/client-settings.ts';
import { connectWithIam } from '../../shared/database/connection.ts';
import { MisconfiguredError, UnavailableError } from '../../shared/errors/platform-error.ts';
import type { SchemaIds } from '../../shared/serde/schema-ids.ts';
import type { KeyedTable, ReadinessConfig } from './config.ts';
import { useDatabase } from './database.ts';
import type { DependencyCheck, ReadinessChecks } from './readiness.ts';
import { createReadingStore } from './reading-store.ts';

/** Half of what the answer may take; below the time-outs of the clients, so that it is ours that speaks. */
const timeoutMs = 2_500;

/** Asks for an item that is never there: reading it takes the right to read all the same. */
const useTable = (dynamodb: DynamoDBClient, { name, keys }: KeyedTable, probeKey: string): DependencyCheck => ({
  name,
  kind: 'table',
  use: async (abortSignal) => {
    const Key = Object.fromEntries(keys.map((key) => [key, { S: probeKey }]));
    await dynamodb.send(new GetItemCommand({ TableName: name, Key }), { abortSignal });
  },
});

const useQueue = (sqs: SQSClient, url: string): DependencyCheck => ({
  name: url.slice(url.lastIndexOf('/') + 1),
  kind: 'queue',
  use: async (abortSignal) => {
    await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }), { abortSignal });
  },
});

const useBucket = (s3: S3Client, name: string): DependencyCheck => ({
  name,
  kind: 'bucket',
  use: async (abortSignal) => {
    await s3.send(new HeadBucketCommand({ Bucket: name }), { abortSignal });
  },
});

const useRegistry = (glue: GlueClient, name: string, schemaIds: SchemaIds): DependencyCheck => ({
  name,
  kind: 'registry',
  use: async (abortSignal) => {
    const [SchemaVersionId] = schemaIds.keys();
    const { Status } = await glue.send(new GetSchemaVersionCommand({ SchemaVersionId }), { abortSignal });
    if (Status === 'AVAILABLE') return;
    if (Status === 'PENDING') throw new UnavailableError('registry', 'has a version still pending: wait for it');
    throw new MisconfiguredError(
      'registry',
      'has no available version of a deployed schema: deploy the foundation again',
    );
  },
});

/** Everything that readiness is made of; clients stay open from one invocation to the next. */
export const connect = (config: ReadinessConfig): ReadinessChecks => {
  const dynamodb = new DynamoDBClient(clientSettings);
  const sqs = new SQSClient(clientSettings);
  const s3 = new S3Client(clientSettings);
  const readings = createReadingStore(
    { lambda: new LambdaClient(clientSettings), cloudwatch: new CloudWatchClient(clientSettings) },
    Date.now,
  );
  return {
    dependencies: [
      { name: config.DATABASE_NAME, kind: 'database', use: () => useDatabase(connectWithIam(config), timeoutMs) },
      ...config.TABLES.map((table) => useTable(dynamodb, table, config.PROBE_KEY)),
      ...config.QUEUE_URLS.map((url) => useQueue(sqs, url)),
      useRegistry(new GlueClient(clientSettings), config.SCHEMA_REGISTRY, config.SCHEMA_IDS),
      ...config.BUCKETS.map((bucket) => useBucket(s3, bucket)),
    ],
    sources: config.SOURCES.map((source) => ({ ...source, read: (signal) => readings.read(source, signal) })),
    timeoutMs,
    now: Date.now,
  };
};
