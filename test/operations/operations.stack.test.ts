import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { sources } from '../../lib/config/sources.ts';
import { policiesOf } from '../config/policies.ts';
import { synthesized } from '../config/synthesized.ts';

/** A resource without account, Region, environment and hashes. */
const plain = (resource: string): string =>
  resource
    .replace(/^arn:\S+:s3:::millrace-\w+-(give-ups)-.*$/, '$1')
    .replace(/^arn:.*:dbuser:.*\//, '')
    .replace(/^<(?:PublishOutputFnGetAtt)?([a-zA-Z]+?)[0-9A-F]{8}.*>$/, '$1');

describe.each(environmentNames)('operations in %s', (name) => {
  const platform = synthesized(name);
  const named = (what: string) =>
    platform
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `millrace-${name}-operations-${what}`);

  const scheduleOf = (what: string) =>
    platform
      .ofType('AWS::Scheduler::Schedule')
      .find(({ Properties }) => Properties.Name === `millrace-${name}-operations-${what}`);

  it('makes partitions once a day, and may do nothing but connect as its own user', () => {
    const schedule = scheduleOf('prepare-partitions');
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: 'cron(10 1 * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    const prepare = named('prepare-partitions');
    expect(schedule?.Properties.Target.Arn).toEqual({ 'Fn::GetAtt': [prepare?.logicalId, 'Arn'] });
    const own = policiesOf(platform, prepare).filter(({ actions }) => !/^(logs|ec2):/.test(actions[0] ?? ''));
    expect(own.map(({ actions }) => actions)).toEqual([['rds-db:connect']]);
    expect(own[0]?.resources).toEqual([expect.stringMatching(/\/operations_partitions$/)]);
  });

  it('checks readiness of everything by the least it takes, and reads no item, message, object or row', () => {
    const check = named('check-readiness');
    const every = (type: string): string[] =>
      platform
        .ofType(type)
        .map(({ logicalId }) => logicalId.replace(/[0-9A-F]{8}$/, ''))
        .sort();
    const own = policiesOf(platform, check)
      .flatMap(({ actions, resources }) => actions.flatMap((action) => resources.map((to) => `${action} ${plain(to)}`)))
      .filter((line) => !/^(logs|ec2):/.test(line));
    expect(own.sort()).toEqual([
      'cloudwatch:GetMetricData *',
      ...every('AWS::DynamoDB::Table').map((table) => `dynamodb:GetItem ${table}`),
      'glue:GetSchemaVersion *',
      'lambda:ListEventSourceMappings *',
      'rds-db:connect operations_readiness',
      's3:ListBucket give-ups',
      ...every('AWS::SQS::Queue').map((queue) => `sqs:GetQueueAttributes ${queue}`),
    ]);
    const [reading, ...more] = platform
      .ofType('AWS::IAM::Policy')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action, Condition }) => Action === 'dynamodb:GetItem' && Condition !== undefined);
    expect(more).toEqual([]);
    const { PROBE_KEY: key } = check?.Properties.Environment.Variables ?? {};
    expect(key).toBeTruthy();
    expect(reading.Condition).toEqual({ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [key] } });
  });

  it('checks every table, every queue and the source’s lag against its setting', () => {
    const { TABLES, QUEUE_URLS, SOURCES } = named('check-readiness')?.Properties.Environment.Variables ?? {};
    const text = JSON.stringify([TABLES, QUEUE_URLS]);
    for (const type of ['AWS::DynamoDB::Table', 'AWS::SQS::Queue']) {
      for (const { logicalId } of platform.ofType(type)) expect(text).toContain(logicalId);
    }
    expect(text).toContain(':entity:subject,');
    expect(JSON.parse(SOURCES)).toEqual(
      Object.entries(environmentNamed(name).sources).map(([source, { maxLagSeconds }]) => ({
        source,
        functionName: `millrace-${name}-enrichment-${source}`,
        streamName: `millrace-${name}-${source}`,
        maxLagSeconds,
      })),
    );
  });

  it('looks at holds every minute, in an environment of its own, and reaches no database', () => {
    expect(platform.ofType('AWS::Scheduler::Schedule').filter(({ stack }) => stack === 'operations')).toHaveLength(2);
    const schedule = scheduleOf('keep-holds');
    const keeper = named('keep-holds');
    expect(schedule?.Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
    expect(schedule?.Properties.State).not.toBe('DISABLED');
    expect(schedule?.Properties.Target.Arn).toEqual({ 'Fn::GetAtt': [keeper?.logicalId, 'Arn'] });
    expect(keeper?.Properties).toMatchObject({ Timeout: 60, ReservedConcurrentExecutions: 2 });
    const held = platform
      .ofType('AWS::CloudWatch::Alarm')
      .find(({ Properties }) => Properties.MetricName === 'HoldStanding');
    expect(held?.Properties.Dimensions).toContainEqual({
      Name: 'environment',
      Value: keeper?.Properties.Environment.Variables.ENVIRONMENT,
    });
  });

  it('lets the keeper of holds do to each source what its hold asks for, and nothing to anything else', () => {
    const own = policiesOf(platform, named('keep-holds')).filter(
      ({ actions }) => !/^(logs|ec2):/.test(actions[0] ?? ''),
    );
    const lines = own.flatMap(({ actions, resources }) =>
      actions.flatMap((action) =>
        resources.map((to) => `${action} ${plain(to).replace(/^arn:.*:(function|event)/, '$1')}`),
      ),
    );
    expect(lines.sort()).toEqual([
      'dynamodb:GetItem TablesControls',
      'dynamodb:PutItem TablesControls',
      ...['GetRecords', 'GetShardIterator', 'ListShards'].flatMap((action) =>
        Object.keys(sources)
          .map((source) => `kinesis:${action} Streams${source.replaceAll('-', '')}`)
          .sort(),
      ),
      ...Object.keys(sources)
        .map((source) => `lambda:InvokeFunction function:millrace-${name}-enrichment-${source}`)
        .sort(),
      'lambda:ListEventSourceMappings *',
      'lambda:UpdateEventSourceMapping event-source-mapping:*',
    ]);
    const conditions = platform
      .ofType('AWS::IAM::Policy')
      .filter(({ stack }) => stack === 'operations')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Action }) =>
        ['lambda:UpdateEventSourceMapping', 'dynamodb:GetItem,dynamodb:PutItem'].includes(String(Action)),
      )
      .map(({ Condition }) => JSON.stringify(Condition ?? null));
    for (const source of Object.keys(sources)) {
      // The keeper's; the source's own function asks for its verdicts and the breakers by the same right.
      const toHold = conditions.filter((text) => text.includes(`"hold/${source}"`) && !text.includes('"breaker/*"'));
      expect(toHold).toHaveLength(1);
      expect(conditions.filter((text) => text.includes(`-enrichment-${source}"`))).toHaveLength(1);
    }
  });

  it('calls the keeper once a minute, and not again for what failed', () => {
    const [config, ...more] = platform
      .ofType('AWS::Lambda::EventInvokeConfig')
      .filter(({ Properties }) => Properties.FunctionName.Ref === named('keep-holds')?.logicalId);
    expect(more).toEqual([]);
    expect(config?.Properties).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      Qualifier: '$LATEST',
    });
  });

  it('tells of a hold at three quarters of the longest that its source bears', () => {
    const thresholds = platform
      .ofType('AWS::CloudWatch::Alarm')
      .filter(({ Properties }) => Properties.MetricName === 'HoldAge')
      .map(({ Properties }) => [Properties.Threshold, Properties.Dimensions.length]);
    expect(thresholds).toEqual(
      Object.values(environmentNamed(name).sources).map(({ longestHoldHours }) => [longestHoldHours * 2_700, 3]),
    );
  });

  it('lets only the migration function read the owner’s password', () => {
    const readers = platform
      .ofType('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.Handler === 'index.handler')
      .filter((each) =>
        policiesOf(platform, each).some(({ actions }) => actions.includes('secretsmanager:GetSecretValue')),
      );
    expect(readers).toEqual([named('migrate-database')]);
  });

  it('tells of a failed run', () => {
    const alarms = platform.ofType('AWS::CloudWatch::Alarm').filter(({ stack }) => stack === 'operations');
    expect(alarms.map(({ Properties }) => [Properties.AlarmName, Properties.MetricName])).toEqual([
      [`millrace-${name}-operations-prepare-partitions-failed`, 'Errors'],
      ...Object.keys(sources).flatMap((source) => [
        [`millrace-${name}-enrichment-${source}-held`, 'HoldStanding'],
        [`millrace-${name}-enrichment-${source}-held-too-long`, 'HoldAge'],
      ]),
      [`millrace-${name}-operations-keep-holds-failed`, 'Errors'],
      ...['parked', 'given-up'].flatMap((what) => [
        [`millrace-${name}-operations-take-in-${what}-lag`, 'ApproximateAgeOfOldestMessage'],
        [`millrace-${name}-operations-take-in-${what}-failed`, 'ApproximateNumberOfMessagesVisible'],
      ]),
    ]);
  });
});
