import { actionRouter } from '../action-router.ts';
import { startJsonService, type RunningService } from '../json-service.ts';
import { getMetricData } from './get-metric-data.ts';
import { listMetrics } from './list-metrics.ts';
import type { MetricsStore } from './metrics-store.ts';
import { putMetricData } from './put-metric-data.ts';

/** CloudWatch metrics over the run's store. Alarms are deployed without effect for now (local/template/no-effect.ts). */
export const startCloudWatch = ({
  metrics,
  now = Date.now,
}: {
  readonly metrics: MetricsStore;
  readonly now?: () => number;
}): Promise<RunningService> =>
  startJsonService(
    actionRouter('CloudWatch', [listMetrics(metrics), getMetricData(metrics), putMetricData(metrics, now)]),
    'application/x-amz-json-1.0',
  );
