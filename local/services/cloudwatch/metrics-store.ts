import { metricsInLine } from './emf.ts';
import { addStatistics, addValue, emptyStatistics, type StatisticSet } from './metric-statistics.ts';

export interface MetricIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Series extends MetricIdentity {
  unit: string;
  /** Second since the epoch → what was seen in it; in the order the seconds were first written. */
  readonly seconds: Map<number, StatisticSet>;
}

export interface MetricPeriod {
  /** Start of the period, milliseconds since the epoch. */
  readonly at: number;
  readonly statistics: StatisticSet;
}

/** The metrics of one local run: in memory, one entry a second, the oldest forgotten first. */
export interface MetricsStore {
  /** @param at - milliseconds since the epoch */
  put(
    namespace: string,
    dimensions: Readonly<Record<string, string>>,
    name: string,
    value: number,
    unit: string,
    at: number,
  ): void;
  /** Takes one printed line; a line that is no EMF is ignored. */
  ingest(emfLine: string): void;
  /** Every series that matches all of what is given (dimensions: those given, others may be there too). */
  list(filter: {
    namespace?: string;
    name?: string;
    dimensions?: Readonly<Record<string, string>>;
  }): readonly (MetricIdentity & { readonly unit: string })[];
  /** Periods that hold values, oldest first; `from` inclusive and `to` exclusive, milliseconds; whole seconds only. */
  query(metric: MetricIdentity, from: number, to: number, periodSeconds: number): readonly MetricPeriod[];
  /** Sum of everything still remembered of one metric: the cheap number for a live line. */
  total(metric: MetricIdentity): number;
}

export interface MetricsLimits {
  /** Series beyond this evict the one written longest ago. */
  readonly series: number;
  /** Seconds remembered per series. */
  readonly secondsPerSeries: number;
}

const keyOf = ({ namespace, name, dimensions }: MetricIdentity): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

const dropOldest = (map: Map<unknown, unknown>, limit: number): void => {
  while (map.size > limit) map.delete(map.keys().next().value);
};

export const createMetricsStore = (
  limits: MetricsLimits = { series: 5_000, secondsPerSeries: 10_800 },
): MetricsStore => {
  const all = new Map<string, Series>();

  const seriesFor = (identity: MetricIdentity, unit: string): Series => {
    const key = keyOf(identity);
    const found = all.get(key) ?? { ...identity, unit, seconds: new Map<number, StatisticSet>() };
    // Written again at the end, so that the first key is always the one written longest ago.
    all.delete(key);
    all.set(key, found);
    dropOldest(all, limits.series);
    return found;
  };

  const store: MetricsStore = {
    put(namespace, dimensions, name, value, unit, at) {
      const series = seriesFor({ namespace, name, dimensions }, unit);
      const second = Math.floor(at / 1000);
      const set = series.seconds.get(second) ?? emptyStatistics();
      addValue(set, value);
      series.seconds.set(second, set);
      dropOldest(series.seconds, limits.secondsPerSeries);
    },
    ingest(emfLine) {
      for (const { namespace, dimensions, name, values, unit, at } of metricsInLine(emfLine))
        for (const value of values) store.put(namespace, dimensions, name, value, unit, at);
    },
    list({ namespace, name, dimensions }) {
      return [...all.values()].filter(
        (series) =>
          (namespace === undefined || series.namespace === namespace) &&
          (name === undefined || series.name === name) &&
          Object.entries(dimensions ?? {}).every(([key, value]) => series.dimensions[key] === value),
      );
    },
    query(metric, from, to, periodSeconds) {
      const periods = new Map<number, StatisticSet>();
      for (const [second, set] of all.get(keyOf(metric))?.seconds ?? []) {
        if (second * 1000 < from || second * 1000 >= to) continue;
        const at = Math.floor(second / periodSeconds) * periodSeconds * 1000;
        const into = periods.get(at) ?? emptyStatistics();
        addStatistics(into, set);
        periods.set(at, into);
      }
      return [...periods].sort(([a], [b]) => a - b).map(([at, statistics]) => ({ at, statistics }));
    },
    total(metric) {
      return [...(all.get(keyOf(metric))?.seconds.values() ?? [])].reduce((sum, set) => sum + set.sum, 0);
    },
  };
  return store;
};
