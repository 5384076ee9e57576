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

/** A fault that was met by somebody, who told of it: counts how much more was told. */
export const withTold = (
  fault: Fault,
  { what, told }: { readonly what: string; readonly told: () => number },
): Fault => {
  let before = 0;
  return {
    ...fault,
    begin: () => {
      before = told();
      return fault.begin();
    },
    counts: () => [...(fault.counts?.() ?? []), { what, count: told() - before, must: true }],
  };
};

/** Counts how often functions tried something again for what a fault has broken. */
export const withRetries = (fault: Fault, metrics: MetricsStore, dependencies: readonly string[]): Fault =>
  withTold(fault, {
    what: `retries of ${dependencies.join(' and ')}`,
    told: () => toldOf(metrics, 'Retries', (reason) => dependencies.some((name) => reason.split(' ')[0] === name)),
  });
