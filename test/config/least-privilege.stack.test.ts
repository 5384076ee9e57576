import { describe, expect, it } from 'vitest';
import { environmentNames } from '../../lib/config/environment.ts';
import { enrichmentUser } from '../../lib/config/names.ts';
import { sources } from '../../lib/config/sources.ts';
import { roleAllows } from './policies.ts';
import { synthesized } from './synthesized.ts';

/** Every wildcard there is, by action: each is acknowledged at its construct, with the reason why it cannot be narrower. */
const wildcards: readonly RegExp[] = [
  /^ec2:(Create|Delete|Describe)\w+ \*$/,
  /^ec2:(Assign|Unassign)PrivateIpAddresses \*$/,
  /^glue:GetSchemaVersion \*$/,
  /^cloudwatch:GetMetricData \*$/,
  /^lambda:ListEventSourceMappings \*$/,
  /^lambda:UpdateEventSourceMapping arn:\S+:event-source-mapping:\*$/,
  /^s3:PutObject arn:\S+:s3:::millrace-\S+-give-ups-\S+\/(parked|aws\/lambda)\/\*$/,
  /^s3:GetObject arn:\S+:s3:::millrace-\S+-give-ups-\S+\/(parked|aws\/lambda)\/\*$/,
  /^logs:(CreateLogStream|PutLogEvents) arn:\S+:log-group:\/aws\/appsync\/apis\/\*$/,
  // CDK's trigger invokes the version it is told.
  /^lambda:InvokeFunction <MigrationsMigrateDatabaseFunction\w+\.Arn>:\*$/,
];

describe.each(environmentNames)('least privilege in %s', (name) => {
  const platform = synthesized(name);
  const allowed = platform
    .ofType('AWS::IAM::Role')
    .flatMap((role) =>
      roleAllows(platform, role).flatMap(({ actions, resources }) =>
        actions.flatMap((action) => resources.map((resource) => ({ action, line: `${action} ${resource}` }))),
      ),
    );

  it('allows no action by wildcard', () => {
    expect(allowed.length).toBeGreaterThan(30);
    expect(allowed.filter(({ action }) => action.includes('*'))).toEqual([]);
  });

  it('has no wildcard in a resource but those with a reason', () => {
    const wide = allowed.map(({ line }) => line).filter((line) => line.includes('*'));
    expect(wide.filter((line) => !wildcards.some((pattern) => pattern.test(line)))).toEqual([]);
    for (const pattern of wildcards) expect(wide.some((line) => pattern.test(line))).toBe(true);
  });

  it('uses none of AWS’s managed policies, which allow more than one function needs', () => {
    const managed = platform.ofType('AWS::IAM::Role').filter(({ Properties }) => Properties.ManagedPolicyArns);
    // The function in which CDK runs triggers is made by CDK.
    expect(managed.map(({ logicalId }) => logicalId.slice(0, 13))).toEqual(['AWSCDKTrigger']);
  });

  it('lets each function connect to the database as at most one user', () => {
    const connects = allowed.filter(({ action }) => action === 'rds-db:connect');
    const users = connects.map(({ line }) => line.split('/').at(-1) ?? '');
    // A proxy comes as everyone it lets in.
    const proxied = platform.resources.some(({ Type }) => Type === 'AWS::RDS::DBProxy');
    const ours = [
      ...Object.keys(sources).map((source) => enrichmentUser(source)),
      'delivery_relay',
      'delivery_sweep',
      'delivery_deletion',
      'rest_api_messages',
      'operations_partitions',
      'operations_readiness',
    ];
    expect(users.sort()).toEqual([...(proxied ? ours : []), ...ours].sort());
  });
});
