/** What one second, or one period, of a metric adds up to. `values` counts how often each (rounded) value was seen. */
export interface StatisticSet {
  count: number;
  sum: number;
  min: number;
  max: number;
  readonly values: Map<number, number>;
}

export const emptyStatistics = (): StatisticSet => ({
  count: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  values: new Map(),
});

/** Three significant digits bound how many different values a second can hold; percentiles are off by under 1 %. */
const rounded = (value: number): number => Number(value.toPrecision(3));

/** Adds `value`, seen `times` times, to `into`. */
export const addValue = (into: StatisticSet, value: number, times = 1): void => {
  into.count += times;
  into.sum += value * times;
  into.min = Math.min(into.min, value);
  into.max = Math.max(into.max, value);
  const key = rounded(value);
  into.values.set(key, (into.values.get(key) ?? 0) + times);
};

/** Adds everything in `from` to `into`. */
export const addStatistics = (into: StatisticSet, from: StatisticSet): void => {
  into.count += from.count;
  into.sum += from.sum;
  into.min = Math.min(into.min, from.min);
  into.max = Math.max(into.max, from.max);
  for (const [value, times] of from.values) into.values.set(value, (into.values.get(value) ?? 0) + times);
};

const percentile = (set: StatisticSet, share: number): number => {
  const ascending = [...set.values].sort(([a], [b]) => a - b);
  let left = Math.max(1, Math.ceil(set.count * share));
  for (const [value, times] of ascending) {
    left -= times;
    if (left <= 0) return value;
  }
  return set.max;
};

/**
 * One CloudWatch statistic of a set that holds at least one value.
 *
 * @param statistic - `Sum`, `SampleCount`, `Average`, `Minimum`, `Maximum`, or a percentile such as `p95` or `p99.9`
 * @returns the number, or `undefined` when the local service does not know the statistic
 */
export const statisticOf = (set: StatisticSet, statistic: string): number | undefined => {
  switch (statistic) {
    case 'Sum':
      return set.sum;
    case 'SampleCount':
      return set.count;
    case 'Average':
      return set.sum / set.count;
    case 'Minimum':
      return set.min;
    case 'Maximum':
      return set.max;
    default: {
      const match = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(statistic);
      return match ? percentile(set, Number(match[1]) / 100) : undefined;
    }
  }
};
