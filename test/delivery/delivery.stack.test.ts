import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { policiesOf, roleAllows } from '../config/policies.ts';
import { synthesized } from '../config/synthesized.ts';

/** A resource without account, Region, environment and hashes. */
const plain = (resource: string): string =>
  resource
    .replace(/^arn:\S+:s3:::millrace-\w+-(give-ups)-.*>(\/.*)$/, '$1$2')
    .replace(/^arn:.*:dbuser:.*\//, '')
    .replace(/^arn:.*:apis\/<[^>]*>\//, '')
    .replace(/^<(?:PublishOutputFnGetAtt)?([a-zA-Z]+?)[0-9A-F]{8}.*>$/, '$1');

const oidc = { AuthType: 'OPENID_CONNECT' };
const iam = { AuthType: 'AWS_IAM' };

describe.each(environmentNames)('delivery in %s', (name) => {
  const environment = environmentNamed(name);
  const platform = synthesized(name);
  const named = (what: string) => {
    const found = platform
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties.FunctionName === `millrace-${name}-delivery-${what}`);
    if (!found) throw new Error(`there is no ${what}`);
    return found;
  };
  /** What a function may do, beside what Lambda does in its name. */
  const allowed = (what: string): readonly string[] =>
    policiesOf(platform, named(what))
      .flatMap(({ actions, resources }) => actions.flatMap((action) => resources.map((to) => `${action} ${plain(to)}`)))
      .filter((line) => !/^(logs|ec2):/.test(line))
      .sort();
  const scheduleOf = (what: string) =>
    platform
      .ofType('AWS::Scheduler::Schedule')
      .find(({ Properties }) => Properties.Name === `millrace-${name}-delivery-${what}`)?.Properties;

  it('has one API, to which one publishes by IAM only, and connects and subscribes with a token of the issuer only', () => {
    const [api, ...others] = platform.ofType('AWS::AppSync::Api');
    expect(others).toEqual([]);
    const { AuthProviders, ...modes } = api?.Properties.EventConfig ?? {};
    expect(AuthProviders).toEqual([
      iam,
      {
        ...oidc,
        OpenIDConnectConfig: { Issuer: environment.oidc.issuer, ClientId: environment.oidc.audience },
      },
    ]);
    expect(modes).toMatchObject({
      ConnectionAuthModes: [oidc],
      DefaultSubscribeAuthModes: [oidc],
      DefaultPublishAuthModes: [iam],
      LogConfig: { LogLevel: 'ERROR' },
    });
    expect(() => platform.ofType('AWS::AppSync::ApiKey')).toThrow('has no AWS::AppSync::ApiKey');
  });

  it('has the namespaces that enrichers name channels below, none of which allows more than the API', () => {
    const spaces = platform.ofType('AWS::AppSync::ChannelNamespace').map(({ Properties }) => Properties);
    expect(spaces.map(({ Name }) => Name)).toEqual(['match', 'market', 'social']);
    for (const space of spaces) {
      expect(space.PublishAuthModes).toBeUndefined();
      expect(space.SubscribeAuthModes).toBeUndefined();
    }
  });

  it('lets nobody publish but the relay, and the relay nothing else at the API', () => {
    const publishers = platform
      .ofType('AWS::IAM::Role')
      .filter((role) =>
        roleAllows(platform, role).some(({ actions }) => actions.some((action) => action.startsWith('appsync:'))),
      );
    expect(publishers.map(({ logicalId }) => logicalId)).toEqual([
      named('relay-messages').Properties.Role['Fn::GetAtt'][0],
    ]);
    expect(allowed('relay-messages').filter((line) => line.startsWith('appsync:'))).toEqual([
      'appsync:EventPublish channelNamespace/market',
      'appsync:EventPublish channelNamespace/match',
      'appsync:EventPublish channelNamespace/social',
    ]);
  });

  it('lets each function do its own, and nothing else', () => {
    expect(allowed('relay-messages').filter((line) => !line.startsWith('appsync:'))).toEqual([
      'rds-db:connect delivery_relay',
      's3:PutObject give-ups/parked/*',
      'sqs:DeleteMessage WakeQueue',
      'sqs:GetQueueAttributes WakeQueue',
      'sqs:ReceiveMessage WakeQueue',
      'sqs:SendMessage DeadLettersParked',
      'sqs:SendMessage WakeQueue',
    ]);
    expect(allowed('sweep-channels')).toEqual(['rds-db:connect delivery_sweep', 'sqs:SendMessage WakeQueue']);
    expect(allowed('delete-published')).toEqual(['rds-db:connect delivery_deletion']);
  });

  it('lets the relay out to the internet, and no other function', () => {
    const outside = platform
      .ofType('AWS::Lambda::Function')
      .filter(({ Properties }) => /egressSubnet/.test(JSON.stringify(Properties.VpcConfig ?? {})));
    expect(outside).toEqual([named('relay-messages')]);
    for (const { Properties } of platform.ofType('AWS::Lambda::Function')) {
      expect(JSON.stringify(Properties.VpcConfig ?? {})).not.toContain('publicSubnet');
    }
  });

  it('gives the relay what it needs to know, and a queue that hides wakes for six of its times', () => {
    const relay = named('relay-messages').Properties;
    expect(relay).toMatchObject({
      Timeout: environment.delivery.relayTimeoutSeconds,
      ReservedConcurrentExecutions: environment.delivery.relayConcurrency,
      MemorySize: environment.delivery.memoryMb,
    });
    expect(relay.Environment.Variables).toMatchObject({
      ENVIRONMENT: name,
      EVENTS_HTTP_DNS: { 'Fn::GetAtt': [platform.ofType('AWS::AppSync::Api')[0]?.logicalId, 'Dns.Http'] },
      LEASE_SECONDS: String(environment.delivery.leaseSeconds),
    });
    const wake = platform
      .ofType('AWS::SQS::Queue')
      .find(({ Properties }) => Properties.QueueName === `millrace-${name}-wake`);
    expect(wake?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * environment.delivery.relayTimeoutSeconds);
    // Older wakes say nothing that the sweep has not said again, and would only stand before fresh ones.
    expect(wake?.Properties.MessageRetentionPeriod).toBe(360);
    expect(wake?.Properties.RedrivePolicy).toBeUndefined();
    const [mapping, ...more] = platform
      .ofType('AWS::Lambda::EventSourceMapping')
      .filter(({ stack }) => stack === 'delivery');
    expect(more).toEqual([]);
    expect(mapping?.Properties.MaximumBatchingWindowInSeconds).toBeUndefined();
    expect(JSON.stringify(mapping?.Properties.EventSourceArn)).toContain(wake?.logicalId);
  });

  it('sweeps every minute and deletes every hour; what failed is left to the next time', () => {
    expect(scheduleOf('sweep-channels')).toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
    expect(scheduleOf('delete-published')).toMatchObject({ ScheduleExpression: 'rate(1 hour)' });
    for (const what of ['sweep-channels', 'delete-published']) {
      const config = platform
        .ofType('AWS::Lambda::EventInvokeConfig')
        .find(({ Properties }) => Properties.FunctionName.Ref === named(what).logicalId);
      expect(config?.Properties.MaximumRetryAttempts).toBe(0);
    }
    expect(named('delete-published').Properties.Environment.Variables).toMatchObject({
      KEEP_EACH_HOURS: String(environment.delivery.keepEachHours),
      KEEP_LATEST_HOURS: String(environment.delivery.keepLatestHours),
    });
  });

  it('tells what clients have to know', () => {
    const outputs = platform.stacks.find((stack) => stack.name === `millrace-${name}-delivery`)?.outputs ?? {};
    expect(Object.keys(outputs).sort()).toEqual(['EventsHttpDns', 'EventsRealtimeDns', 'OidcAudience', 'OidcIssuer']);
    expect(outputs['OidcIssuer']?.Value).toBe(environment.oidc.issuer);
  });

  it('raises an alarm for what waits, what failed, what cannot be published, and for who would tell', () => {
    const alarms = platform.ofType('AWS::CloudWatch::Alarm').filter(({ stack }) => stack === 'delivery');
    expect(
      alarms.map(({ Properties: { AlarmName, MetricName, Threshold } }) => [AlarmName, MetricName, Threshold]),
    ).toEqual([
      [`millrace-${name}-delivery-relay-messages-lag`, 'ApproximateAgeOfOldestMessage', 270],
      [`millrace-${name}-delivery-relay-messages-failed`, 'Errors', 0],
      [`millrace-${name}-delivery-unpublishable`, 'Tombstones', 0],
      [`millrace-${name}-delivery-lag`, 'OldestUnsent', environment.delivery.maxUnsentSeconds],
      [`millrace-${name}-delivery-sweep-channels-failed`, 'Errors', 0],
      [`millrace-${name}-delivery-sweep-channels-missing`, 'Invocations', 1],
      [`millrace-${name}-delivery-delete-published-failed`, 'Errors', 0],
      [`millrace-${name}-delivery-delete-published-missing`, 'Invocations', 1],
    ]);
    // Of a function that nobody calls there is no metric: that is what these are for.
    for (const { Properties } of alarms) {
      const isMissing = Properties.AlarmName.endsWith('-missing');
      expect(Properties).toMatchObject({
        TreatMissingData: isMissing ? 'breaching' : 'notBreaching',
        ComparisonOperator: isMissing ? 'LessThanThreshold' : 'GreaterThanThreshold',
      });
    }
    for (const { Properties } of alarms.filter(({ Properties }) => Properties.Namespace === 'Millrace')) {
      expect(Properties.Dimensions).toEqual([
        { Name: 'environment', Value: name },
        { Name: 'service', Value: 'delivery' },
      ]);
    }
  });
});
