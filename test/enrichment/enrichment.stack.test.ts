import { describe, expect, it } from 'vitest';
import { environmentNames, type SourceSettings } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { policiesOf } from '../config/policies.ts';
import { synthesized } from '../config/synthesized.ts';

const hour = 3600;

/** Decode, record, park, project, wake; and what Lambda does in the function's name. */
const steps = [
  'dynamodb:DeleteItem TablesIdempotency',
  'dynamodb:GetItem TablesControls',
  'dynamodb:GetItem TablesIdempotency',
  'dynamodb:PutItem TablesControls',
  'dynamodb:PutItem TablesEntityState',
  'dynamodb:PutItem TablesIdempotency',
  'dynamodb:UpdateItem TablesIdempotency',
  'glue:GetSchemaVersion *',
  'kinesis:DescribeStream Streamsmarket',
  'kinesis:DescribeStreamSummary Streamsmarket',
  'kinesis:GetRecords Streamsmarket',
  'kinesis:GetShardIterator Streamsmarket',
  'kinesis:ListShards Streamsmarket',
  'logs:CreateLogStream marketEnrichEventsLog',
  'logs:PutLogEvents marketEnrichEventsLog',
  'rds-db:connect dbuser:enrichment_market',
  's3:ListBucket give-ups',
  's3:PutObject give-ups/aws/lambda/*',
  's3:PutObject give-ups/parked/*',
  'sqs:SendMessage DeadLettersParked',
  'sqs:SendMessage WakeQueue',
];

/** A resource without account, Region, environment and hashes. */
const plain = (resource: string, environment: string): string =>
  resource
    .replace(`arn:<AWS::Partition>:s3:::millrace-${environment}-give-ups-<AWS::AccountId>-<AWS::Region>`, 'give-ups')
    .replace(/^arn:.*:dbuser:<\w+>\//, 'dbuser:')
    .replace(/^<(?:PublishOutputFnGetAtt)?([a-zA-Z]+?)[0-9A-F]{8}.*>$/, '$1');

describe.each(environmentNames)('enrichment in %s', (name) => {
  const environment = environmentNamed(name);
  const market = environment.sources['market'] as SourceSettings;
  const platform = synthesized(name);
  const [mapping, ...others] = platform
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ stack }) => stack === 'enrichment')
    .map(({ Properties }) => Properties);
  const [stream] = platform.ofType('AWS::Kinesis::Stream').map(({ Properties }) => Properties);
  const consumer = platform
    .ofType('AWS::Lambda::Function')
    .find(({ Properties }) => Properties.FunctionName === `millrace-${name}-enrichment-market`);

  it('reads each source with one mapping', () => {
    expect(others).toHaveLength(Object.keys(environment.sources).length - 1);
    expect(stream.Name).toBe(`millrace-${name}-market`);
    expect(stream.ShardCount).toBe(market.shards);
    expect(mapping).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 500,
      ParallelizationFactor: market.lanesPerShard,
      MetricsConfig: { Metrics: ['EventCount'] },
    });
  });

  it('ends every retry: attempts for crashes, age for outages, retention beyond both', () => {
    expect(mapping.MaximumRetryAttempts).toBe(market.attempts);
    expect(mapping.MaximumRetryAttempts).toBeGreaterThan(0);
    expect(mapping.MaximumRecordAgeInSeconds).toBe(market.maxRecordAgeHours * hour);
    expect(mapping.MaximumRecordAgeInSeconds).toBeGreaterThan(market.longestHoldHours * hour);
    expect(stream.RetentionPeriodHours * hour).toBeGreaterThan(mapping.MaximumRecordAgeInSeconds);
  });

  it('loses no record at the end of retries: bisected, and kept with its bytes in the bucket', () => {
    expect(mapping.BisectBatchOnFunctionError).toBe(true);
    expect(mapping.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    const destination = JSON.stringify(mapping.DestinationConfig.OnFailure.Destination);
    expect(destination).toContain(':s3:::');
    expect(destination).toContain(`millrace-${name}-give-ups-`);
  });

  it('has as many instances as lanes, at least', () => {
    expect(consumer?.Properties.ReservedConcurrentExecutions).toBeGreaterThanOrEqual(
      market.shards * market.lanesPerShard,
    );
  });

  it('lets the function do its steps, and nothing else', () => {
    const allowed = policiesOf(platform, consumer).flatMap(({ actions, resources }) =>
      actions.flatMap((action) => resources.map((resource) => `${action} ${plain(resource, name)}`)),
    );
    expect(allowed.filter((line) => !line.startsWith('ec2:')).sort()).toEqual(steps);
  });

  it('shares the breakers with all sources, and neither its hold nor its verdicts', () => {
    const [controls, ...others] = policiesOf(platform, consumer).filter(({ resources }) =>
      resources.some((resource) => resource.includes('TablesControls')),
    );
    expect(others).toEqual([]);
    expect(controls?.condition).toEqual({
      'ForAllValues:StringLike': {
        'dynamodb:LeadingKeys': ['hold/market', `verdicts/millrace-${name}-market/*`, 'breaker/*'],
      },
    });
  });

  it('connects as its own user', () => {
    expect(consumer?.Properties.Environment.Variables.DATABASE_USER).toBe('enrichment_market');
    const connects = policiesOf(platform, consumer).filter(({ actions }) => actions.includes('rds-db:connect'));
    expect(connects).toHaveLength(1);
    expect(connects[0]?.resources).toHaveLength(1);
    expect(connects[0]?.resources[0]).toMatch(/\/enrichment_market$/);
  });

  it('raises alarms for lag, for give-ups and for what was dropped', () => {
    const alarms = platform.ofType('AWS::CloudWatch::Alarm').filter(({ stack }) => stack === 'enrichment');
    const ofMarket = alarms.filter(({ Properties }) => Properties.AlarmName.includes('-enrichment-market-'));
    expect(alarms.length).toBe(ofMarket.length * Object.keys(environment.sources).length);
    expect(
      ofMarket.map(({ Properties: { AlarmName, MetricName, Threshold } }) => [AlarmName, MetricName, Threshold]),
    ).toEqual([
      [`millrace-${name}-enrichment-market-lag`, 'IteratorAge', market.maxLagSeconds * 1000],
      [`millrace-${name}-enrichment-market-give-ups`, 'OnFailureDestinationDeliveredEventCount', 0],
      [`millrace-${name}-enrichment-market-dropped`, 'DroppedEventCount', 0],
    ]);
  });
});
