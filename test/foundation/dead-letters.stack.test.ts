import { describe, expect, it } from 'vitest';
import { byTime, summaryAttributes } from '../../lambdas/shared/dead-letters/entry.ts';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { synthesized } from '../config/synthesized.ts';

describe.each(environmentNames)('the dead letters of %s', (name) => {
  const platform = synthesized(name);
  const queues = new Map(platform.ofType('AWS::SQS::Queue').map((queue) => [queue.Properties.QueueName, queue]));
  const queueNamed = (thing: string) => {
    const queue = queues.get(`millrace-${name}-${thing}`);
    if (!queue) throw new Error(`there is no queue ${thing}`);
    return queue;
  };
  const bucket = platform.ofType('AWS::S3::Bucket').find(({ logicalId }) => logicalId.startsWith('DeadLettersGiveUps'));
  const policyOf = (thing: string) => {
    const { logicalId } = queueNamed(thing);
    const policy = platform
      .ofType('AWS::SQS::QueuePolicy')
      .find(({ Properties }) => Properties.Queues.some(({ Ref }: { Ref: string }) => Ref === logicalId));
    if (!policy) throw new Error(`the queue ${thing} has no policy`);
    return policy;
  };

  it('have a table with one item per record, its history, and an end', () => {
    const table = platform
      .ofType('AWS::DynamoDB::Table')
      .find(({ Properties }) => Properties.TableName === `millrace-${name}-dead-letters`);
    expect(table?.Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: environmentNamed(name).retainData,
    });
    expect(platform.stacks[0]?.outputs['DeadLetterTableName']?.Value).toEqual({ Ref: table?.logicalId });
  });

  it('are listed from an index that has what the code reads, and no bytes', () => {
    const [index, ...more] = platform
      .ofType('AWS::DynamoDB::Table')
      .flatMap(({ Properties }) => Properties.GlobalSecondaryIndexes ?? []);
    expect(more).toEqual([]);
    expect(index.IndexName).toBe(byTime.index);
    expect(index.KeySchema).toEqual([
      { AttributeName: byTime.partition, KeyType: 'HASH' },
      { AttributeName: byTime.sort, KeyType: 'RANGE' },
    ]);
    expect(index.Projection.ProjectionType).toBe('INCLUDE');
    expect(index.Projection.NonKeyAttributes.toSorted()).toEqual(summaryAttributes.toSorted());
    expect(index.Projection.NonKeyAttributes).not.toContain('bytes');
  });

  it('wait in four queues, for as long as a queue can keep them', () => {
    for (const thing of ['given-up', 'given-up-failed', 'parked', 'parked-failed']) {
      expect(queueNamed(thing).Properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
    }
  });

  it.each(['parked', 'given-up'])('that fail again and again leave the queue %s for another', (thing) => {
    const failed = queueNamed(`${thing}-failed`);
    expect(queueNamed(thing).Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [failed.logicalId, 'Arn'] },
      maxReceiveCount: 20,
    });
    expect(failed.Properties.RedrivePolicy).toBeUndefined();
  });

  it('that Lambda gave up on are told of by the bucket itself, under the prefix that Lambda writes to', () => {
    expect(bucket?.Properties.NotificationConfiguration).toEqual({
      QueueConfigurations: [
        {
          Event: 's3:ObjectCreated:*',
          Queue: { 'Fn::GetAtt': [queueNamed('given-up').logicalId, 'Arn'] },
          Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'aws/lambda/' }] } },
        },
      ],
    });
    expect(platform.resources.filter(({ Type }) => Type === 'Custom::S3BucketNotifications')).toEqual([]);
  });

  it('are told of by no one but that bucket of this account, which may so before it is asked to', () => {
    const policy = policyOf('given-up');
    const [allowed, ...more] = policy.Properties.PolicyDocument.Statement.filter(
      ({ Effect }: { Effect: string }) => Effect === 'Allow',
    );
    expect(more).toEqual([]);
    expect(allowed).toMatchObject({
      Action: 'sqs:SendMessage',
      Principal: { Service: 's3.amazonaws.com' },
      Condition: {
        ArnEquals: {
          'aws:SourceArn': { 'Fn::Join': ['', expect.arrayContaining([':s3:::millrace-'.concat(name, '-give-ups-')])] },
        },
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      },
    });
    expect(bucket?.DependsOn).toContain(policy.logicalId);
  });
});
