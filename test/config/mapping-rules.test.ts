import { describe, expect, it } from 'vitest';
import { mappingsAreSafe, type MappingFacts, type TemplateResource } from './mapping-rules.ts';

const facts: MappingFacts = { longestHold: () => 12 * 3_600, answersPartly: (name) => name !== 'deaf' };

/** An environment with a mapping of each kind that keeps every rule. */
const safe: Readonly<Record<string, TemplateResource>> = Object.fromEntries(
  [
    { logicalId: 'Stream', Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 2, RetentionPeriodHours: 24 } },
    { logicalId: 'Bucket', Type: 'AWS::S3::Bucket', Properties: { BucketName: 'give-ups' } },
    {
      logicalId: 'Queue',
      Type: 'AWS::SQS::Queue',
      Properties: {
        VisibilityTimeout: 180,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Failed', 'Arn'] }, maxReceiveCount: 20 },
      },
    },
    { logicalId: 'Failed', Type: 'AWS::SQS::Queue', Properties: {} },
    {
      logicalId: 'Enrich',
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'enrich', ReservedConcurrentExecutions: 5, Timeout: 60 },
    },
    {
      logicalId: 'TakeIn',
      Type: 'AWS::Lambda::Function',
      Properties: { FunctionName: 'take-in', ReservedConcurrentExecutions: 5, Timeout: 30 },
    },
    {
      logicalId: 'OfStream',
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Enrich' },
        EventSourceArn: { 'Fn::GetStackOutput': { OutputName: 'PublishOutputFnGetAttStreamArn0123ABCD' } },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MetricsConfig: { Metrics: ['EventCount'] },
        MaximumRetryAttempts: 100,
        MaximumRecordAgeInSeconds: 18 * 3_600,
        BisectBatchOnFunctionError: true,
        ParallelizationFactor: 2,
        DestinationConfig: {
          OnFailure: { Destination: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::give-ups']] } },
        },
      },
    },
    {
      logicalId: 'OfQueue',
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'TakeIn' },
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MetricsConfig: { Metrics: ['EventCount'] },
        ScalingConfig: { MaximumConcurrency: 5 },
      },
    },
  ].map((resource) => [resource.logicalId, resource]),
);

const changed = (logicalId: string, properties: object): readonly TemplateResource[] =>
  Object.values({
    ...safe,
    [logicalId]: {
      ...(safe[logicalId] as TemplateResource),
      Properties: { ...safe[logicalId]?.Properties, ...properties },
    },
  });

const sentence = (mapping: string, rule: string): string => `${mapping}: not so: it ${rule}`;

describe('the rules of event source mappings', () => {
  it('find nothing wrong where all are kept', () => {
    expect(mappingsAreSafe(Object.values(safe), facts)).toEqual({ examined: 2, violations: [] });
  });

  const sqs = { OnFailure: { Destination: 'arn:aws:sqs:eu-west-1:000000000000:failed' } };
  const elsewhere = { OnFailure: { Destination: 'arn:aws:s3:::of-somebody-else' } };
  const lost = { deadLetterTargetArn: { 'Fn::GetAtt': ['Nowhere', 'Arn'] }, maxReceiveCount: 20 };
  const hasty = { deadLetterTargetArn: { 'Fn::GetAtt': ['Failed', 'Arn'] }, maxReceiveCount: 4 };
  it.each([
    ['OfStream', 'OfStream', { FunctionResponseTypes: [] }, 'reports what failed of a batch'],
    ['Enrich', 'OfStream', { FunctionName: 'deaf' }, 'has a function that answers partly'],
    ['OfStream', 'OfStream', { MetricsConfig: undefined }, 'counts its events'],
    ['OfStream', 'OfStream', { MaximumRetryAttempts: -1 }, 'ends its attempts'],
    ['OfStream', 'OfStream', { MaximumRetryAttempts: undefined }, 'ends its attempts'],
    ['OfStream', 'OfStream', { DestinationConfig: undefined }, 'gives up to a bucket, which alone gets the records'],
    ['OfStream', 'OfStream', { DestinationConfig: sqs }, 'gives up to a bucket, which alone gets the records'],
    ['OfStream', 'OfStream', { DestinationConfig: elsewhere }, 'gives up to a bucket, which alone gets the records'],
    ['OfStream', 'OfStream', { BisectBatchOnFunctionError: false }, 'splits a batch that breaks its function'],
    ['Enrich', 'OfStream', { ReservedConcurrentExecutions: 3 }, 'has concurrency for all its lanes'],
    [
      'Stream',
      'OfStream',
      { RetentionPeriodHours: 18 },
      'reads a stream that keeps records for longer than they are tried',
    ],
    ['OfStream', 'OfStream', { MaximumRecordAgeInSeconds: 43_200 }, 'tries records for longer than the longest hold'],
    ['OfQueue', 'OfQueue', { FunctionResponseTypes: undefined }, 'reports what failed of a batch'],
    ['TakeIn', 'OfQueue', { FunctionName: 'deaf' }, 'has a function that answers partly'],
    [
      'Queue',
      'OfQueue',
      { VisibilityTimeout: 179 },
      'has a queue that hides messages for six timeouts of its function, and its window',
    ],
    [
      'OfQueue',
      'OfQueue',
      { MaximumBatchingWindowInSeconds: 1 },
      'has a queue that hides messages for six timeouts of its function, and its window',
    ],
    [
      'Queue',
      'OfQueue',
      { RedrivePolicy: undefined },
      'has a queue that hands on what has spent five receives or more, to a queue that there is',
    ],
    [
      'Queue',
      'OfQueue',
      { RedrivePolicy: lost },
      'has a queue that hands on what has spent five receives or more, to a queue that there is',
    ],
    [
      'Queue',
      'OfQueue',
      { RedrivePolicy: hasty },
      'has a queue that hands on what has spent five receives or more, to a queue that there is',
    ],
    ['OfQueue', 'OfQueue', { ScalingConfig: undefined }, 'takes no more at once than its function has reserved'],
    ['TakeIn', 'OfQueue', { ReservedConcurrentExecutions: 4 }, 'takes no more at once than its function has reserved'],
  ])('are seen to fail where %s breaks them: %s, %o', (resource, mapping, properties, rule) => {
    expect(mappingsAreSafe(changed(resource, properties), facts).violations).toEqual([sentence(mapping, rule)]);
  });

  it.each([
    [{ MaximumRecordAgeInSeconds: -1 }, ['ends by age', 'tries records for longer than the longest hold']],
    [
      { MaximumRecordAgeInSeconds: 604_801 },
      ['ends by age', 'reads a stream that keeps records for longer than they are tried'],
    ],
    [{ ParallelizationFactor: 11 }, ['has ten lanes a shard at most', 'has concurrency for all its lanes']],
  ])('are seen to fail together where they are about one figure: %o', (properties, rules) => {
    expect(mappingsAreSafe(changed('OfStream', properties), facts).violations).toEqual(
      rules.map((rule) => sentence('OfStream', rule)),
    );
  });

  it.each([
    ['a source', { EventSourceArn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/t' }],
    ['a function', { FunctionName: 'of-somebody-else' }],
  ])('are seen to fail for %s that they do not know', (_, properties) => {
    expect(mappingsAreSafe(changed('OfQueue', properties), facts).violations).toEqual([
      'OfQueue reads nothing that is known, or with no function that is known',
    ]);
  });
});
