import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { DeletionEnv } from '../../lambdas/delivery/config.ts';
import { deliveryConcurrency } from '../config/check-environment.ts';
import type { Environment } from '../config/environment.ts';
import { deletionUser, physicalName } from '../config/names.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { callOnSchedule, leaveToNextCall } from '../constructs/schedule.ts';
import type { Foundation } from '../foundation/foundation.ts';

export interface DeletionProps {
  readonly environment: Environment;
  readonly foundation: Foundation;
}

/** Deletes published messages that no client can ask for any more, once an hour. */
export class Deletion extends Construct {
  constructor(scope: Construct, id: string, { environment, foundation }: DeletionProps) {
    super(scope, id);
    const name = physicalName(environment.name, 'delivery', 'delete-published');
    const period = Duration.hours(1);

    const { function: deletion } = new NodeFunction(this, 'DeletePublished', {
      name,
      purpose: 'Deletes published messages that are kept no longer',
      handler: 'lambdas/delivery/delete-published.handler.ts',
      memoryMb: 256,
      timeoutSeconds: 300, // what it does not get to is left to the next hour
      reservedConcurrency: deliveryConcurrency.deletePublished,
      logDays: environment.logDays,
      network: foundation.network,
      reaches: [],
      environment: {
        ...foundation.database.address,
        DATABASE_USER: deletionUser,
        KEEP_EACH_HOURS: String(environment.delivery.keepEachHours),
        KEEP_LATEST_HOURS: String(environment.delivery.keepLatestHours),
      } satisfies DeletionEnv,
    });
    foundation.database.grantConnect(deletion, deletionUser);
    leaveToNextCall(deletion, period);
    callOnSchedule(this, 'Hourly', {
      name,
      purpose: 'Deletes published messages that are kept no longer',
      function: deletion,
      expression: 'rate(1 hour)',
    });
    foundation.alarms.raise(this, 'Failed', {
      name: `${name}-failed`,
      metric: deletion.metricErrors({ statistic: Stats.SUM, period }),
      above: 0,
      periods: 3,
      impact: 'Published messages are not deleted: the table grows, and in days the relay becomes slower.',
      runbook: 'delivery-deletion',
    });
    // A schedule that is disabled, or may not call, is no error of the function.
    foundation.alarms.raise(this, 'Missing', {
      name: `${name}-missing`,
      metric: deletion.metricInvocations({ statistic: Stats.SUM, period }),
      below: 1,
      periods: 3,
      impact: 'Nobody deletes published messages: the table grows, and in days the relay becomes slower.',
      runbook: 'delivery-deletion',
    });
  }
}
