import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import dynalite from 'dynalite';
import { startFauxqs } from 'fauxqs';
import { byTime, summaryAttributes } from '../../lambdas/shared/dead-letters/entry.ts';

const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** The tables, queue and bucket of the functions, on local services; reached by the real SDK over HTTP. */
export const startAwsServices = async () => {
  const tables: Server = dynalite({ createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 });
  tables.listen(0, '127.0.0.1');
  await once(tables, 'listening');
  const rest = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, defaultRegion: settings.region });
  const { port } = tables.address() as AddressInfo;

  const connectTables = () => new DynamoDBClient({ ...settings, endpoint: `http://127.0.0.1:${port}`, maxAttempts: 1 });
  const dynamodb = connectTables();
  const sqs = new SQSClient({ ...settings, endpoint: `http://127.0.0.1:${rest.port}`, maxAttempts: 1 });
  const s3 = new S3Client({
    ...settings,
    endpoint: `http://127.0.0.1:${rest.port}`,
    forcePathStyle: true,
    maxAttempts: 1,
  });

  const createTable = (name: string, keys: readonly string[]) =>
    dynamodb.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
        KeySchema: keys.map((key, n) => ({ AttributeName: key, KeyType: n === 0 ? 'HASH' : 'RANGE' })),
      }),
    );
  await createTable('entity-state', ['entity', 'subject']);
  await createTable('idempotency', ['id']);
  await createTable('controls', ['id']);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'dead-letters',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['id', 'sourceDay', 'failedAtId'].map((key) => ({
        AttributeName: key,
        AttributeType: 'S',
      })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: byTime.index,
          KeySchema: [
            { AttributeName: byTime.partition, KeyType: 'HASH' },
            { AttributeName: byTime.sort, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...summaryAttributes] },
        },
      ],
    }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: 'dead-letters' }));
  const { QueueUrl: queueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'parked' }));

  return {
    dynamodb,
    /** Another client of the tables, to be destroyed by whoever asked for it. */
    connectTables,
    sqs,
    s3,
    queueUrl,
    stop: async (): Promise<void> => {
      for (const client of [dynamodb, sqs, s3]) client.destroy();
      await rest.stop();
      tables.close();
    },
  };
};
export type AwsServices = Awaited<ReturnType<typeof startAwsServices>>;
