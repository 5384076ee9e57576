import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { policiesOf } from '../config/policies.ts';
import { synthesized } from '../config/synthesized.ts';

describe.each(environmentNames)('operations in %s', (name) => {
  const platform = synthesized(name);
  const named = (what: string) =>
    platform
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `millrace-${name}-operations-${what}`);

  it('makes partitions once a day, and may do nothing but connect as its own user', () => {
    const [schedule, ...more] = platform.ofType('AWS::Scheduler::Schedule');
    expect(more).toEqual([]);
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
      ...['parked', 'given-up'].flatMap((what) => [
        [`millrace-${name}-operations-take-in-${what}-lag`, 'ApproximateAgeOfOldestMessage'],
        [`millrace-${name}-operations-take-in-${what}-failed`, 'ApproximateNumberOfMessagesVisible'],
      ]),
    ]);
  });
});
