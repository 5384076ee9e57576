import { Duration, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import type { PartitionEnv } from '../../lambdas/operations/config.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { partitionsUser } from '../foundation/database-users.ts';
import type { Foundation } from '../foundation/foundation.ts';
import type { PlatformStackProps } from '../platform-stack-props.ts';

export interface OperationsProps extends PlatformStackProps {
  readonly foundation: Foundation;
}

/** What keeps the platform going while nobody looks. */
export class Operations extends Stack {
  constructor(scope: Construct, id: string, { prefix, environment, foundation, ...props }: OperationsProps) {
    super(scope, id, props);
    this.addDependency(foundation, 'its migrations have run');
    const { function: preparePartitions } = new NodeFunction(this, 'PreparePartitions', {
      name: `${prefix}-operations-prepare-partitions`,
      handler: 'operations/prepare-partitions.handler.ts',
      description: 'Makes the partitions of events ahead of time',
      environment: {
        ...foundation.database.address,
        DATABASE_USER: partitionsUser,
        PARTITION_DAYS_AHEAD: String(environment.partitionDaysAhead),
      } satisfies PartitionEnv,
      vpc: foundation.network.vpc,
      securityGroup: foundation.network.functions,
      memoryMb: 256,
      timeout: Duration.minutes(1),
      reservedConcurrency: 1,
      logRetentionDays: environment.logDays,
    });
    foundation.database.grantConnect(preparePartitions, partitionsUser);
    const role = new Role(this, 'SchedulerRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    const target = new LambdaInvoke(preparePartitions, { role, retryAttempts: 5, maxEventAge: Duration.hours(6) });
    acknowledge(role, {
      [`AwsSolutions-IAM5[Resource::<${this.getLogicalId(preparePartitions.node.defaultChild as CfnFunction)}.Arn>:*]`]:
        'Any version of this one function.',
    });
    new Schedule(this, 'PreparePartitionsDaily', {
      scheduleName: `${prefix}-operations-prepare-partitions`,
      schedule: ScheduleExpression.rate(Duration.hours(12)),
      target,
      description: 'Twice a day, so that one missed run never leaves a day without its partition',
    });
  }
}
