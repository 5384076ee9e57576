import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { AwsError } from '../aws-error.ts';
import { Dimensions, toRecord } from './dimensions.ts';
import { statisticOf } from './metric-statistics.ts';
import type { MetricsStore } from './metrics-store.ts';

const MetricStat = z.strictObject({
  Metric: z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions: z.optional(Dimensions) }),
  /** Seconds. */
  Period: z.int().positive(),
  Stat: z.string(),
});

const Input = z.strictObject({
  MetricDataQueries: z
    .array(
      z.strictObject({
        Id: z.string(),
        MetricStat,
        Label: z.optional(z.string()),
        ReturnData: z.optional(z.boolean()),
      }),
    )
    .max(500),
  /** Seconds since the epoch. */
  StartTime: z.number(),
  EndTime: z.number(),
  ScanBy: z.optional(z.enum(['TimestampAscending', 'TimestampDescending'])),
});

const valueOf = (set: Parameters<typeof statisticOf>[0], stat: string): number => {
  const value = statisticOf(set, stat);
  if (value === undefined) {
    throw new AwsError(
      'ValidationException',
      `The local CloudWatch has no statistic "${stat}"; it has Sum, SampleCount, Average, Minimum, Maximum and pNN.`,
    );
  }
  return value;
};

/** Metric queries only: expressions come with the local alarms. */
export const getMetricData = (metrics: MetricsStore): Action =>
  action('GetMetricData', Input, ({ MetricDataQueries, StartTime, EndTime, ScanBy }) => ({
    MetricDataResults: MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false).map((query) => {
      const { Metric, Period, Stat } = query.MetricStat;
      const identity = {
        namespace: Metric.Namespace,
        name: Metric.MetricName,
        dimensions: toRecord(Metric.Dimensions),
      };
      const ascending = metrics.query(identity, StartTime * 1000, EndTime * 1000, Period);
      const periods = ScanBy === 'TimestampAscending' ? ascending : ascending.toReversed();
      return {
        Id: query.Id,
        Label: query.Label ?? Metric.MetricName,
        Timestamps: periods.map(({ at }) => at / 1000),
        Values: periods.map(({ statistics }) => valueOf(statistics, Stat)),
        StatusCode: 'Complete',
      };
    }),
    Messages: [],
  }));
