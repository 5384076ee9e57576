import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { GetSchemaVersionCommand } from '@aws-sdk/client-glue';
import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClients, type Clients } from '../../../local/resources/clients.ts';
import type { Deployed } from '../../../local/template/deploy-assembly.ts';
import type { TestStack } from '../support/test-assembly.ts';
import { definition, deployStacks, enrichment, foundation } from '../support/test-stacks.ts';
import { startTestWorld, type TestWorld } from '../support/test-world.ts';

/** The foundation with other properties of one resource. */
const change = (logicalId: string, properties: Record<string, unknown>): Record<string, TestStack> => {
  const resource = foundation.Resources[logicalId] as { Type: string; Properties: Record<string, unknown> };
  const changed = { ...resource, Properties: { ...resource.Properties, ...properties } };
  return { foundation: { ...foundation, Resources: { ...foundation.Resources, [logicalId]: changed } } };
};

describe('the resources of a deployed assembly', () => {
  let world: TestWorld;
  let clients: Clients;
  let deployed: Deployed;
  beforeAll(async () => {
    world = await startTestWorld();
    clients = createClients(world.world.endpoints, world.world.region);
    // The reader comes first in the assembly: the order has to be found.
    deployed = await deployStacks(world, { enrichment, foundation });
  });
  afterAll(async () => {
    clients.destroy();
    await world.stop();
  });

  it('deploys stacks after those they read from, and says how far it is', () => {
    expect(deployed.stacks.map(({ name }) => name)).toEqual(['foundation', 'enrichment']);
    expect(world.progress).toEqual([
      expect.stringMatching(/^deployed foundation: 11 resources in \d+\.\d s$/),
      expect.stringMatching(/^deployed enrichment: 9 resources in \d+\.\d s$/),
    ]);
  });

  it('makes the stream with its shards and its retention', async () => {
    const { StreamDescriptionSummary: stream } = await clients.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: 'quotes' }),
    );
    expect(stream).toMatchObject({ StreamStatus: 'ACTIVE', OpenShardCount: 2, RetentionPeriodHours: 48 });
    expect(deployed.output('foundation', 'StreamArn')).toBe('arn:aws:kinesis:eu-west-1:000000000000:stream/quotes');
  });

  it('makes queues that can be reached by the address the template gives', async () => {
    const QueueUrl = deployed.output('foundation', 'ParkedUrl');
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    const { Attributes } = await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ VisibilityTimeout: '33', ApproximateNumberOfMessages: '1' });
    expect(JSON.parse(Attributes?.['RedrivePolicy'] ?? '')).toMatchObject({ maxReceiveCount: 5 });
  });

  it('makes the bucket, under a name of its own', async () => {
    const Bucket = deployed.output('foundation', 'Bucket');
    expect(Bucket).toMatch(/^foundation-giveups-[0-9a-f]{8}$/);
    await clients.s3.send(new PutObjectCommand({ Bucket, Key: 'a/b', Body: 'c' }));
  });

  it('makes the table', async () => {
    const { Table } = await clients.dynamodb.send(new DescribeTableCommand({ TableName: 'state' }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', KeySchema: [{ AttributeName: 'entity', KeyType: 'HASH' }] });
  });

  it('registers every schema version and gives out its id', async () => {
    const [first = '', second = ''] = deployed.output('foundation', 'SchemaIds').split(',');
    for (const [id, number] of [
      [first, 1],
      [second, 2],
    ] as const) {
      const found = await clients.glue.send(new GetSchemaVersionCommand({ SchemaVersionId: id.split('=')[1] }));
      expect(found).toMatchObject({
        Status: 'AVAILABLE',
        VersionNumber: number,
        SchemaArn: 'arn:aws:glue:eu-west-1:000000000000:schema/events/quote',
      });
    }
  });

  it('makes the secret and writes into it where the database is', async () => {
    const SecretId = deployed.output('foundation', 'Secret');
    const { SecretString = '' } = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId }));
    expect(JSON.parse(SecretString)).toEqual({
      username: 'owner',
      password: expect.stringMatching(/^[A-Za-z0-9]{20}$/) as string,
      engine: 'postgres',
      host: '127.0.0.1',
      port: 5,
      dbClusterIdentifier: 'database',
    });
  });

  it('defines functions with everything the template says', () => {
    expect(world.functions.get('enrich')).toEqual({
      name: 'enrich',
      arn: 'arn:aws:lambda:eu-west-1:000000000000:function:enrich',
      codeDir: expect.stringMatching(/asset\.code$/) as string,
      handler: 'index.handler',
      environment: { QUEUE_URL: deployed.output('foundation', 'ParkedUrl'), LIMIT: '5', OWNER: 'owner' },
      timeoutMs: 30_000,
      memoryMb: 512,
      reservedConcurrency: 4,
    });
  });

  it('defines functions with what Lambda does when the template says nothing', () => {
    const name = deployed.stacks[1]?.resources.get('Plain')?.ref ?? '';
    expect(world.functions.get(name)).toMatchObject({ environment: {}, timeoutMs: 3_000, memoryMb: 128 });
  });

  it('maps the stream to the functions, with Lambda’s defaults where the template says nothing', () => {
    const [mapping, plain] = [...world.world.pollers.list()].sort((a, b) => b.batchSize - a.batchSize);
    expect(mapping).toEqual({
      uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/) as string,
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:enrich',
      streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/quotes',
      enabled: true,
      batchSize: 500,
      batchingWindowMs: 1000,
      bisect: true,
      maxAttempts: 10,
      maxAgeMs: 3_600_000,
      parallelization: 2,
      startingPosition: 'TRIM_HORIZON',
      reportBatchItemFailures: true,
      onFailureArn: deployed.output('foundation', 'BucketArn'),
    });
    expect(plain).toMatchObject({ batchSize: 100, maxAttempts: -1, maxAgeMs: -1, bisect: false });
    expect(plain).not.toHaveProperty('onFailureArn');
  });

  it('runs the trigger’s function while it deploys', () => {
    expect(world.functions.invoked).toEqual([{ name: 'enrich', payload: {} }]);
  });

  it('gives the same schedule, ids and secrets when it deploys into the same data folder again', async () => {
    const again = await world.restart();
    world = again;
    const second = await deployStacks(again, { enrichment, foundation });
    expect(second.stacks[0]?.outputs).toEqual(deployed.stacks[0]?.outputs);
    const found = await fetch(`${again.world.endpoints.scheduler}/schedules/daily`);
    expect(await found.json()).toMatchObject({ ScheduleExpression: 'rate(1 day)', State: 'ENABLED' });
  });

  it('says which output is not there', () => {
    expect(() => deployed.output('foundation', 'Gone')).toThrow('the stack foundation has no output Gone');
  });

  it.each([
    ['Stream', { ShardCount: 3 }, 'has the stream quotes with 2 shards, the template says 3'],
    ['State', { KeySchema: [{ AttributeName: 'x', KeyType: 'HASH' }] }, 'has the table state with the key entity HASH'],
    ['Quote', { SchemaDefinition: definition('price') }, 'A version that was ever deployed is never edited'],
  ])('says what a kept data folder cannot take: another %s', async (logicalId, properties, message) => {
    await expect(deployStacks(world, change(logicalId, properties))).rejects.toThrow(message);
  });

  it('says which field it is that Glue would refuse a schema version for', async () => {
    const fields = [
      { name: 'bid', type: 'double' },
      { name: 'venue', type: 'string' },
    ];
    const SchemaDefinition = JSON.stringify({ type: 'record', name: 'Quote', fields });
    const fault = 'venue: the older has no such field, the newer has string without a default: give it a default';
    await expect(deployStacks(world, change('QuoteV2', { SchemaDefinition }))).rejects.toThrow(
      "foundation, resource QuoteV2 (AWS::Glue::SchemaVersion): Couldn't create AWS::Glue::SchemaVersion due to schema " +
        'evolution failure: arn:aws:glue:eu-west-1:000000000000:schema/events/quote version 3: ' +
        `it cannot read version 1: ${fault}; it cannot read version 2: ${fault}`,
    );
  });

  it('changes a kept queue to what the template says now', async () => {
    const changed = await deployStacks(world, change('Parked', { VisibilityTimeout: 44 }));
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: changed.output('foundation', 'ParkedUrl'), AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({ VisibilityTimeout: '44' });
  });
});
