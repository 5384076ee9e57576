import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { SweepEnv } from '../../lambdas/delivery/config.ts';
import { deliveryConcurrency } from '../config/check-environment.ts';
import type { Environment } from '../config/environment.ts';
import { physicalName, sweepUser } from '../config/names.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { callOnSchedule, leaveToNextCall } from '../constructs/schedule.ts';
import type { Foundation } from '../foundation/foundation.ts';
import { deliveryMetric } from './metrics.ts';

export interface SweepProps {
  readonly environment: Environment;
  readonly foundation: Foundation;
}

/** Wakes the relay for what no wake has told it of, once a minute, and measures how long the oldest message waits. */
export class Sweep extends Construct {
  constructor(scope: Construct, id: string, { environment, foundation }: SweepProps) {
    super(scope, id);
    const { database, wake, alarms } = foundation;
    const name = physicalName(environment.name, 'delivery', 'sweep-channels');
    const period = Duration.minutes(1);

    const { function: sweep } = new NodeFunction(this, 'SweepChannels', {
      name,
      purpose: 'Wakes the relay for channels in which something waits, and says for how long',
      handler: 'lambdas/delivery/sweep-channels.handler.ts',
      memoryMb: 256,
      timeoutSeconds: 30,
      reservedConcurrency: deliveryConcurrency.sweepChannels,
      logDays: environment.logDays,
      network: foundation.network,
      reaches: ['sqs'],
      environment: {
        ENVIRONMENT: environment.name,
        ...database.address,
        DATABASE_USER: sweepUser,
        WAKE_QUEUE_URL: wake.queue.queueUrl,
      } satisfies SweepEnv,
    });
    database.grantConnect(sweep, sweepUser);
    wake.queue.grant(sweep, 'sqs:SendMessage');
    leaveToNextCall(sweep, period);
    callOnSchedule(this, 'EveryMinute', {
      name,
      purpose: 'Looks for channels that nobody was woken for',
      function: sweep,
      expression: 'rate(1 minute)',
    });

    alarms.raise(this, 'Lag', {
      name: physicalName(environment.name, 'delivery', 'lag'),
      metric: deliveryMetric(environment.name, 'OldestUnsent', 'Maximum', period),
      above: environment.delivery.maxUnsentSeconds,
      periods: 3, // a burst is no alarm
      impact: 'Clients see what is stored late, or not at all; nothing is lost.',
      runbook: 'delivery-lag',
    });
    // Without it nobody would measure what the alarm above looks at.
    alarms.raise(this, 'Failed', {
      name: `${name}-failed`,
      metric: sweep.metricErrors({ statistic: Stats.SUM, period }),
      above: 0,
      periods: 3, // a failover of the database is shorter
      impact: 'What a lost wake has left waits, and nobody measures for how long.',
      runbook: 'delivery-sweep',
    });
    // A schedule that is disabled, or may not call, is no error of the function.
    alarms.raise(this, 'Missing', {
      name: `${name}-missing`,
      metric: sweep.metricInvocations({ statistic: Stats.SUM, period: Duration.minutes(5) }),
      below: 1,
      periods: 1,
      impact: 'Nobody looks for what waits, and nobody measures for how long: the alarm of the lag is blind.',
      runbook: 'delivery-sweep',
    });
  }
}
