import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { EnvironmentName } from '../config/environment.ts';

/** What the functions of delivery count themselves, in one environment: lambdas/delivery/dependencies.ts. */
export const deliveryMetric = (
  environment: EnvironmentName,
  metricName: 'OldestUnsent' | 'Tombstones',
  statistic: 'Maximum' | 'Sum',
  period: Duration,
): Metric =>
  new Metric({
    namespace: 'Millrace',
    metricName,
    dimensionsMap: { service: 'delivery', environment },
    statistic,
    period,
  });
