import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployed } from '../../../local/template/deploy-assembly.ts';
import { code, deployStacks, runtime } from '../support/test-stacks.ts';
import { startTestWorld, type TestWorld } from '../support/test-world.ts';

describe('deployAssembly, when it cannot', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld(() => () => {
      throw new Error('relation "events" does not exist');
    });
  });
  afterAll(() => world.stop());

  const alone = (Thing: unknown, others: Record<string, unknown> = {}): Promise<Deployed> =>
    deployStacks(world, { shop: { Resources: { Thing, ...others } } });

  it('names stack, logical id and type of a type it does not know, before it creates anything', async () => {
    const stacks = {
      first: { Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'never-made' } } } },
      second: { Resources: { Cache: { Type: 'AWS::ElastiCache::CacheCluster' } } },
    };
    await expect(deployStacks(world, stacks)).rejects.toThrow(
      'second, resource Cache (AWS::ElastiCache::CacheCluster): the local run does not know the type ' +
        'AWS::ElastiCache::CacheCluster. Add a provider under local/resources/, or list the type with its reason in ' +
        'local/template/no-effect.ts.',
    );
    expect(world.progress).toEqual([]);
  });

  it('names a property it does not know', async () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', DeduplicationScope: 'queue' } };
    await expect(alone(queue)).rejects.toThrow(
      'shop, resource Thing (AWS::SQS::Queue): the local run does not know the property DeduplicationScope. Teach the ' +
        'provider under local/resources/, or list it with its reason in local/template/no-effect.ts.',
    );
  });

  it('names a nested property it does not know', async () => {
    const Properties = {
      FunctionName: 'f',
      EventSourceArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/s',
      StartingPosition: 'LATEST',
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::b' }, OnSuccess: { Destination: 'x' } },
      FilterCriteria: {},
    };
    await expect(alone({ Type: 'AWS::Lambda::EventSourceMapping', Properties })).rejects.toThrow(
      'does not know the properties DestinationConfig.OnSuccess, FilterCriteria.',
    );
  });

  it.each([
    ['a missing property', { Type: 'AWS::Glue::Registry' }, /resource Thing \(AWS::Glue::Registry\).*Name: /],
    [
      'an attribute it does not know',
      { Type: 'AWS::Glue::Registry', Properties: { Name: { 'Fn::GetAtt': ['Other', 'Colour'] } } },
      /Thing.*Fn::GetAtt Other\.Colour/,
    ],
    [
      'a value it cannot follow',
      { Type: 'AWS::Kinesis::Stream', Properties: { StreamModeDetails: { StreamMode: 'ON_DEMAND' } } },
      /StreamModeDetails\.StreamMode: .*PROVISIONED/,
    ],
    [
      'code that is not in the assembly',
      {
        Type: 'AWS::Lambda::Function',
        Properties: { Code: { S3Bucket: 'b', S3Key: 'gone.zip' }, Handler: 'index.handler', Runtime: runtime },
      },
      /S3Key gone\.zip is no asset/,
    ],
    [
      'another runtime',
      { Type: 'AWS::Lambda::Function', Properties: { Code: code, Handler: 'index.handler', Runtime: 'python3.13' } },
      /Runtime: the local run has nodejs\d+\.x only/,
    ],
    [
      'a version of no function',
      { Type: 'AWS::Lambda::Version', Properties: { FunctionName: 'nobody' } },
      /nobody names no function/,
    ],
    [
      'a mapping to no function',
      {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { FunctionName: 'nobody', EventSourceArn: 'arn:aws:kinesis:x', StartingPosition: 'LATEST' },
      },
      /nobody names no function/,
    ],
    [
      'a trigger of no function',
      { Type: 'Custom::Trigger', Properties: { HandlerArn: 'nobody' } },
      /nobody names no function/,
    ],
    [
      'a schedule it cannot follow',
      {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'cron(0 8 ? * MON *)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: 'arn:aws:lambda:x' },
        },
      },
      /does not know "cron\(0 8 \? \* MON \*\)"/,
    ],
    [
      'a database of another major version',
      {
        Type: 'AWS::RDS::DBCluster',
        Properties: {
          Engine: 'aurora-postgresql',
          EngineVersion: '16.4',
          DatabaseName: 'd',
          MasterUsername: 'm',
          MasterUserPassword: 'p',
        },
      },
      /EngineVersion 16\.4 is another major version than the local PostgreSQL 17/,
    ],
    ['a circle', { Type: 'AWS::SQS::Queue', DependsOn: ['Other', 'Thing'] }, /circle of dependencies: Thing → Thing/],
  ])('says where and why: %s', async (_, resource, message) => {
    await expect(alone(resource, { Other: { Type: 'AWS::SQS::Queue' } })).rejects.toThrow(message);
  });

  it('fails with the function’s error and the end of its log when a trigger fails', async () => {
    await mkdir(join(world.world.dataDir, 'logs'), { recursive: true });
    await writeFile(join(world.world.dataDir, 'logs', 'migrate.log'), 'applying 0001\nit broke\n');
    const migrate = {
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'migrate', Code: code, Handler: 'index.handler', Runtime: runtime },
    };
    const trigger = {
      Type: 'Custom::Trigger',
      Properties: { HandlerArn: { 'Fn::Join': [':', [{ 'Fn::GetAtt': ['Migrate', 'Arn'] }, '7']] } },
    };
    await expect(alone(trigger, { Migrate: migrate })).rejects.toThrow(
      'the function migrate failed (thrown): relation "events" does not exist\nThe end of its log:\napplying 0001\nit broke',
    );
  });

  it('names the output that cannot be resolved', async () => {
    const shop = { Resources: {}, Outputs: { Url: { Value: { Ref: 'Nowhere' } } } };
    await expect(deployStacks(world, { shop })).rejects.toThrow('shop, resource Url (Output): Ref Nowhere');
  });
});
