import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { PartitionEnv } from '../../lambdas/operations/config.ts';
import { operationsConcurrency } from '../config/check-environment.ts';
import type { Environment } from '../config/environment.ts';
import { partitionsUser, physicalName } from '../config/names.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { callOnSchedule } from '../constructs/schedule.ts';
import type { Foundation } from '../foundation/foundation.ts';

export interface PartitionsProps {
  readonly environment: Environment;
  readonly foundation: Foundation;
}

/** Makes the partitions of the events table ahead of need, once a day. */
export class Partitions extends Construct {
  constructor(scope: Construct, id: string, { environment, foundation }: PartitionsProps) {
    super(scope, id);
    const name = physicalName(environment.name, 'operations', 'prepare-partitions');
    const { function: prepare } = new NodeFunction(this, 'PreparePartitions', {
      name,
      purpose: `Makes the partitions of the next ${environment.partitionDaysAhead} days`,
      handler: 'lambdas/operations/prepare-partitions.handler.ts',
      memoryMb: 256,
      timeoutSeconds: 60,
      reservedConcurrency: operationsConcurrency.preparePartitions,
      logDays: environment.logDays,
      network: foundation.network,
      reaches: [],
      environment: {
        ...foundation.database.address,
        DATABASE_USER: partitionsUser,
        PARTITION_DAYS_AHEAD: String(environment.partitionDaysAhead),
      } satisfies PartitionEnv,
    });
    foundation.database.grantConnect(prepare, partitionsUser);

    callOnSchedule(this, 'Daily', {
      name,
      purpose: 'Makes partitions ahead of need',
      function: prepare,
      expression: 'cron(10 1 * * ? *)',
    });

    foundation.alarms.raise(this, 'Failed', {
      name: `${name}-failed`,
      metric: prepare.metricErrors({ statistic: Stats.SUM, period: Duration.hours(1) }),
      above: 0,
      periods: 1,
      impact: `Partitions are not made ahead; in ${environment.partitionDaysAhead} days batches begin to wait for them.`,
      runbook: 'operations-partitions',
    });
  }
}
