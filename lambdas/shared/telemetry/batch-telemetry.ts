import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** The CloudWatch namespace of everything we count. */
const namespace = 'Millrace';

/** One line of the log: identifiers and numbers, never a payload. */
export type Facts = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Telemetry {
  /** Counts something without a reason; summed over a batch before it is printed. */
  count(metric: string, value: number): void;
  /** Counts something by reason: a metric with the dimension `reason`. */
  countByReason(metric: string, reason: string, value: number): void;
  duration(metric: string, milliseconds: number): void;
  info(message: string, facts: Facts): void;
  warn(message: string, facts: Facts): void;
  error(message: string, facts: Facts): void;
  /** Prints the metrics of one invocation as embedded metric format, which CloudWatch reads from the log. */
  publish(): void;
}

/**
 * @param capability - the metric dimension `service` and the logger's name
 * @param source - the metric dimension `source`; undefined where one function works for all sources
 * @param more - dimensions that an alarm needs beside these two
 */
export const createTelemetry = (
  capability: string,
  source: string | undefined,
  more: Readonly<Record<string, string>> = {},
): Telemetry => {
  const ofSource = source === undefined ? {} : { source };
  const metrics = new Metrics({ namespace, serviceName: capability, defaultDimensions: { ...ofSource, ...more } });
  const logger = new Logger({ serviceName: capability, persistentKeys: ofSource });
  const reasons = new Map<string, Map<string, number>>();
  return {
    count: (metric, value) => metrics.addMetric(metric, MetricUnit.Count, value),
    countByReason: (metric, reason, value) => {
      const counts = reasons.get(metric) ?? new Map<string, number>();
      counts.set(reason, (counts.get(reason) ?? 0) + value);
      reasons.set(metric, counts);
    },
    duration: (metric, milliseconds) => metrics.addMetric(metric, MetricUnit.Milliseconds, milliseconds),
    info: (message, facts) => logger.info(message, facts),
    warn: (message, facts) => logger.warn(message, facts),
    error: (message, facts) => logger.error(message, facts),
    publish: () => {
      metrics.publishStoredMetrics();
      for (const [metric, counts] of reasons) {
        for (const [reason, value] of counts) {
          const single = metrics.singleMetric();
          single.addDimension('reason', reason);
          single.addMetric(metric, MetricUnit.Count, value);
        }
      }
      reasons.clear();
    },
  };
};
