import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { DescribeTableCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClients, type Clients } from '../../../local/resources/clients.ts';
import { ASSET_KEY, type TestStack } from '../support/test-assembly.ts';
import { deployStacks } from '../support/test-stacks.ts';
import { startTestWorld, type TestWorld } from '../support/test-world.ts';

const policy = { PolicyDocument: { Statement: [] } };
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** What an intake needs: queues with dead-letter queues, a bucket that notifies, a table with an index, mappings. */
const intake: TestStack = {
  Resources: {
    Failed: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'given-up-failed' } },
    GivenUp: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'given-up',
        VisibilityTimeout: 60,
        RedrivePolicy: { deadLetterTargetArn: arnOf('Failed'), maxReceiveCount: 5 },
        RedriveAllowPolicy: { redrivePermission: 'denyAll' },
      },
    },
    GivenUpPolicy: { Type: 'AWS::SQS::QueuePolicy', Properties: { ...policy, Queues: [{ Ref: 'GivenUp' }] } },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'give-ups',
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: arnOf('GivenUp'),
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'aws/lambda/' }] } },
            },
            { Event: 's3:ObjectCreated:*', Queue: arnOf('Failed') },
          ],
        },
      },
      DependsOn: ['GivenUpPolicy'],
    },
    BucketPolicy: { Type: 'AWS::S3::BucketPolicy', Properties: { ...policy, Bucket: { Ref: 'Bucket' } } },
    Letters: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'letters',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [
          { AttributeName: 'id', AttributeType: 'S' },
          { AttributeName: 'reason', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-reason',
            KeySchema: [{ AttributeName: 'reason', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['source', 'at'] },
          },
        ],
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    },
    TakeIn: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'take-in',
        Code: { S3Bucket: 'assets', S3Key: ASSET_KEY },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: 30,
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'TakeIn' },
        EventSourceArn: arnOf('GivenUp'),
        BatchSize: 5,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
        MetricsConfig: { Metrics: ['EventCount'] },
      },
    },
    Plain: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'TakeIn' }, EventSourceArn: arnOf('Failed'), Enabled: false },
    },
  },
};

let world: TestWorld;
let clients: Clients;

beforeAll(async () => {
  world = await startTestWorld();
  clients = createClients(world.world.endpoints, 'eu-west-1');
  await deployStacks(world, { intake });
});
afterAll(async () => {
  clients.destroy();
  await world.stop();
});

const change = (logicalId: string, properties: Readonly<Record<string, unknown>>): Record<string, TestStack> => {
  const resource = intake.Resources[logicalId] as { Properties: object };
  const changed = { ...resource, Properties: { ...resource.Properties, ...properties } };
  return { intake: { Resources: { ...intake.Resources, [logicalId]: changed } } };
};

describe('the resources of a queue’s consumer', () => {
  it('are a queue with its dead-letter queue', async () => {
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: `${world.world.endpoints.sqs}/000000000000/given-up`,
        AttributeNames: ['RedrivePolicy'],
      }),
    );
    expect(JSON.parse(Attributes?.['RedrivePolicy'] ?? '')).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:given-up-failed',
      maxReceiveCount: 5,
    });
  });

  it('are mappings, with Lambda’s defaults where the template says nothing', () => {
    const [mapping, plain] = [...world.world.queuePollers.list()].sort((a, b) => a.batchSize - b.batchSize);
    const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:take-in';
    expect(mapping).toEqual({
      uuid: expect.any(String) as string,
      functionArn,
      queueArn: 'arn:aws:sqs:eu-west-1:000000000000:given-up',
      enabled: true,
      batchSize: 5,
      batchingWindowMs: 0,
      maxConcurrency: 2,
      reportBatchItemFailures: true,
      visibilityMs: 60_000,
    });
    expect(plain).toEqual({
      uuid: expect.any(String) as string,
      functionArn,
      queueArn: 'arn:aws:sqs:eu-west-1:000000000000:given-up-failed',
      enabled: false,
      batchSize: 10,
      batchingWindowMs: 0,
      reportBatchItemFailures: false,
      visibilityMs: 30_000,
    });
    expect(world.world.pollers.list()).toEqual([]);
  });

  it('are notifications of a bucket', () => {
    expect(world.notifications.slice(0, 2)).toEqual([
      {
        id: expect.any(String) as string,
        bucket: 'give-ups',
        prefix: 'aws/lambda/',
        queueArn: 'arn:aws:sqs:eu-west-1:000000000000:given-up',
      },
      {
        id: expect.any(String) as string,
        bucket: 'give-ups',
        prefix: '',
        queueArn: 'arn:aws:sqs:eu-west-1:000000000000:given-up-failed',
      },
    ]);
    expect(world.notifications[0]?.id).not.toBe(world.notifications[1]?.id);
  });

  it('are a table with an index that can be asked', async () => {
    const item = { id: { S: '1' }, reason: { S: 'too-old' }, source: { S: 'market' }, bytes: { S: 'x' } };
    await clients.dynamodb.send(new PutItemCommand({ TableName: 'letters', Item: item }));
    const { Items } = await clients.dynamodb.send(
      new QueryCommand({
        TableName: 'letters',
        IndexName: 'by-reason',
        KeyConditionExpression: 'reason = :reason',
        ExpressionAttributeValues: { ':reason': { S: 'too-old' } },
      }),
    );
    expect(Items).toEqual([{ id: { S: '1' }, reason: { S: 'too-old' }, source: { S: 'market' } }]);
  });

  it('are left as they are by another deploy of the same', async () => {
    const before = await clients.dynamodb.send(new DescribeTableCommand({ TableName: 'letters' }));
    const notified = world.notifications.map(({ id }) => id);
    await deployStacks(world, { intake });
    const after = await clients.dynamodb.send(new DescribeTableCommand({ TableName: 'letters' }));
    expect(after.Table?.GlobalSecondaryIndexes).toEqual(before.Table?.GlobalSecondaryIndexes);
    expect([...new Set(world.notifications.map(({ id }) => id))]).toEqual([...new Set(notified)]);
  });

  const queues = (configuration: Readonly<Record<string, unknown>>) => ({
    NotificationConfiguration: { QueueConfigurations: [{ Queue: arnOf('GivenUp'), ...configuration }] },
  });
  const suffix = { S3Key: { Rules: [{ Name: 'suffix', Value: '.json' }] } };
  it.each([
    ['Bucket', queues({ Event: 's3:ObjectRemoved:*' }), 'Event: the local run notifies of s3:ObjectCreated:* only'],
    ['Bucket', queues({ Event: 's3:ObjectCreated:*', Filter: suffix }), 'the local run filters by prefix only'],
    [
      'Bucket',
      { NotificationConfiguration: { TopicConfigurations: [] } },
      'does not know the property NotificationConfiguration.TopicConfigurations',
    ],
    [
      'Bucket',
      { NotificationConfiguration: { LambdaConfigurations: [], EventBridgeConfiguration: {} } },
      'properties NotificationConfiguration.LambdaConfigurations, NotificationConfiguration.EventBridgeConfiguration',
    ],
    ['Mapping', { StartingPosition: 'LATEST' }, 'does not know the property StartingPosition'],
    ['Mapping', { FilterCriteria: {} }, 'does not know the property FilterCriteria'],
    ['Mapping', { EventSourceArn: 'arn:aws:sqs:eu-west-1:000000000000:a.fifo' }, 'polls standard queues only'],
    ['Plain', { EventSourceArn: 'arn:aws:kafka:eu-west-1:1:cluster/a' }, 'polls Kinesis streams and SQS queues only'],
    ['Mapping', { BatchSize: 11 }, 'more than 10 needs a MaximumBatchingWindowInSeconds of 1 or more'],
    ['Mapping', { ScalingConfig: { MaximumConcurrency: 1 } }, 'ScalingConfig.MaximumConcurrency'],
    ['Mapping', { FunctionName: 'nobody' }, 'names no function that was deployed'],
    ['TakeIn', { Timeout: 61 }, 'seconds is less than Function timeout: 61 seconds'],
    [
      'Letters',
      { GlobalSecondaryIndexes: undefined },
      'with the indexes by-reason (reason HASH; INCLUDE at source), the template says none',
    ],
  ])('say what the local run cannot do: %s with %j', async (logicalId, properties, message) => {
    await expect(deployStacks(world, change(logicalId, properties))).rejects.toThrow(message);
  });
});
