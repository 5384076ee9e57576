import type { Fault } from '../../../local/faults/fault.ts';
import type { MetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';

const namespace = 'Millrace';

/** All that functions have told of one metric, where its reason is one of those. @param dimensions - that it has too */
export const toldOf = (
  metrics: MetricsStore,
  name: string,
  isReason: (reason: string) => boolean,
  dimensions: Readonly<Record<string, string>> = {},
): number =>
  metrics
    .list({ namespace, name, dimensions })
    .filter(({ dimensions }) => isReason(dimensions['reason'] ?? ''))
    .reduce((sum, metric) => sum + metrics.total(metric), 0);

/** A fault that was met by somebody: counts how often functions tried something again for what it has broken. */
export const withRetries = (fault: Fault, metrics: MetricsStore, dependencies: readonly string[]): Fault => {
  const told = (): number =>
    toldOf(metrics, 'Retries', (reason) => dependencies.some((name) => reason.split(' ')[0] === name));
  let before = 0;
  return {
    ...fault,
    begin: () => {
      before = told();
      return fault.begin();
    },
    counts: () => [
      ...(fault.counts?.() ?? []),
      { what: `retries of ${dependencies.join(' and ')}`, count: told() - before, must: true },
    ],
  };
};
