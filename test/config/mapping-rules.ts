import type { Verdict } from '../architecture/source-tree.ts';
import { shown } from './policies.ts';

/** A resource of a template; its stack does not matter, logical ids are unique over an environment. */
export interface TemplateResource {
  readonly logicalId: string;
  readonly Type: string;
  // eslint-disable-next-line typescript/no-explicit-any -- a template has no type
  readonly Properties: any;
}

export interface MappingFacts {
  /** Of the source that a function reads, by the function's name; undefined where it reads no stream. Seconds. */
  readonly longestHold: (functionName: string) => number | undefined;
  /** Whether the code behind a function ever answers `batchItemFailures`. */
  readonly answersPartly: (functionName: string) => boolean;
}

interface Subject {
  // eslint-disable-next-line typescript/no-explicit-any -- a template has no type
  readonly mapping: any;
  // eslint-disable-next-line typescript/no-explicit-any -- a template has no type
  readonly consumer: any;
  // eslint-disable-next-line typescript/no-explicit-any -- a template has no type
  readonly source: any;
  readonly facts: MappingFacts;
  readonly all: readonly TemplateResource[];
}

/** A rule is a sentence and whether a mapping keeps it. */
type Rule = readonly [sentence: string, holds: (subject: Subject) => boolean];

const within = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;

/** Lambda's figures: from CloudFormation, AWS::Lambda::EventSourceMapping. */
const ofEvery: readonly Rule[] = [
  [
    'reports what failed of a batch',
    ({ mapping }) => mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') === true,
  ],
  ['has a function that answers partly', ({ consumer, facts }) => facts.answersPartly(consumer.FunctionName as string)],
  ['counts its events', ({ mapping }) => mapping.MetricsConfig?.Metrics?.includes('EventCount') === true],
];

const aDay = 86_400;

const ofStreams: readonly Rule[] = [
  ...ofEvery,
  ['ends its attempts', ({ mapping }) => within(mapping.MaximumRetryAttempts, 1, 10_000)],
  ['ends by age', ({ mapping }) => within(mapping.MaximumRecordAgeInSeconds, 60, 7 * aDay)],
  [
    'gives up to a bucket, which alone gets the records',
    ({ mapping: { DestinationConfig: to }, all }) => {
      const arn = to?.OnFailure?.Destination;
      const buckets = all
        .filter(({ Type }) => Type === 'AWS::S3::Bucket')
        .map(({ Properties }) => Properties.BucketName);
      return (
        arn !== undefined && buckets.some((name) => name !== undefined && shown(arn).endsWith(`:s3:::${shown(name)}`))
      );
    },
  ],
  ['splits a batch that breaks its function', ({ mapping }) => mapping.BisectBatchOnFunctionError === true],
  ['has ten lanes a shard at most', ({ mapping }) => within(mapping.ParallelizationFactor ?? 1, 1, 10)],
  [
    'has concurrency for all its lanes',
    ({ mapping, consumer, source }) =>
      consumer.ReservedConcurrentExecutions >= source.ShardCount * (mapping.ParallelizationFactor ?? 1),
  ],
  [
    'reads a stream that keeps records for longer than they are tried',
    ({ mapping, source }) => source.RetentionPeriodHours * 3_600 > mapping.MaximumRecordAgeInSeconds,
  ],
  [
    'tries records for longer than the longest hold',
    ({ mapping, consumer, facts }) =>
      mapping.MaximumRecordAgeInSeconds > (facts.longestHold(consumer.FunctionName as string) ?? Infinity),
  ],
];

const leastReceives = 5; // LDG, "Creating and configuring an Amazon SQS event source mapping"

const ofQueues: readonly Rule[] = [
  ...ofEvery,
  [
    'has a queue that hides messages for six timeouts of its function, and its window',
    ({ mapping, consumer, source }) =>
      (source.VisibilityTimeout ?? 30) >= 6 * (consumer.Timeout ?? 3) + (mapping.MaximumBatchingWindowInSeconds ?? 0),
  ],
  [
    'has a queue that hands on what has spent five receives or more, to a queue that there is',
    ({ source: { QueueName: queue, RedrivePolicy: redrive }, all }) =>
      // A wake is no record: what it says is in the database, and the sweep says it again. By name, so that no other passes.
      /^millrace-[a-z]+-wake$/.test(String(queue)) ||
      (redrive?.maxReceiveCount >= leastReceives &&
        all.some(({ Type, logicalId }) => Type === 'AWS::SQS::Queue' && names(redrive.deadLetterTargetArn, logicalId))),
  ],
  [
    'takes no more at once than its function has reserved',
    ({ mapping, consumer }) =>
      within(mapping.ScalingConfig?.MaximumConcurrency, 2, consumer.ReservedConcurrentExecutions as number),
  ],
];

/** Whether a reference, in its stack or from another, is to this resource. */
const names = (reference: unknown, logicalId: string): boolean =>
  new RegExp(`"(PublishOutput(Ref|FnGetAtt))?${logicalId}(Arn[0-9A-F]{8})?"`).test(JSON.stringify(reference ?? ''));

/** What every event source mapping of an environment has to have, so that no retry is endless and no record lost. */
export const mappingsAreSafe = (resources: readonly TemplateResource[], facts: MappingFacts): Verdict => {
  const found = resources.filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
  const referredTo = (reference: unknown, ...types: readonly string[]): TemplateResource | undefined =>
    resources.find(({ Type, logicalId }) => types.includes(Type) && names(reference, logicalId));
  const violations = found.flatMap(({ logicalId, Properties: mapping }) => {
    const consumer = referredTo(mapping.FunctionName, 'AWS::Lambda::Function')?.Properties;
    const source = referredTo(mapping.EventSourceArn, 'AWS::Kinesis::Stream', 'AWS::SQS::Queue');
    if (!consumer || !source) return [`${logicalId} reads nothing that is known, or with no function that is known`];
    const rules = source.Type === 'AWS::Kinesis::Stream' ? ofStreams : ofQueues;
    const subject: Subject = { mapping, consumer, source: source.Properties, facts, all: resources };
    return rules.filter(([, holds]) => !holds(subject)).map(([sentence]) => `${logicalId}: not so: it ${sentence}`);
  });
  return { examined: found.length, violations };
};
