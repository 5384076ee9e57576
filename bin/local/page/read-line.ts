import type { RelayStatus, SourceStatus } from '../../../console/page/status.ts';
import type { MetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';

const namespace = 'Millrace';
/** Rates are taken over seconds that are over: of the present one nobody knows yet how much is in it. */
const rateSeconds = 5;
const historySeconds = 60;
const lagSeconds = 10;

type Dimensions = Readonly<Record<string, string>>;

/** Looks at counts as a moment has them. @param now - milliseconds since the epoch */
const lookAt = (metrics: MetricsStore, dimensions: Dimensions, now: number) => {
  const second = Math.floor(now / 1_000);
  const listed = (name: string) => metrics.list({ namespace, name, dimensions });
  const between = (name: string, seconds: number) =>
    listed(name).flatMap((metric) => metrics.query(metric, (second - seconds) * 1_000, second * 1_000, 1));
  return {
    perSecond: (name: string): number =>
      between(name, rateSeconds).reduce((sum, { statistics }) => sum + statistics.sum, 0) / rateSeconds,
    total: (name: string): number => listed(name).reduce((sum, metric) => sum + metrics.total(metric), 0),
    most: (name: string, seconds: number): number | null => {
      const found = listed(name).flatMap((metric) => metrics.query(metric, now - seconds * 1_000, now + 1_000, 1));
      return found.length === 0 ? null : Math.max(...found.map(({ statistics }) => statistics.max));
    },
    /** The newest that is known of a minute's look. */
    newest: (name: string): number | null => {
      const found = listed(name).flatMap((metric) => metrics.query(metric, now - 180_000, now + 1_000, 1));
      const last = found.toSorted((a, b) => a.at - b.at).at(-1);
      return last ? last.statistics.max : null;
    },
    history: (name: string): readonly number[] => {
      const counts = Array.from({ length: historySeconds }, () => 0);
      for (const { at, statistics } of between(name, historySeconds)) {
        const n = at / 1_000 - (second - historySeconds);
        counts[n] = (counts[n] ?? 0) + statistics.sum;
      }
      return counts;
    },
  };
};

/** @param arrivingPerSecond - records that are put into its stream */
export const readSource = (
  metrics: MetricsStore,
  source: string,
  arrivingPerSecond: number,
  now: number,
): Omit<SourceStatus, 'hold'> => {
  const counts = lookAt(metrics, { source, service: 'enrichment' }, now);
  return {
    source,
    arrivingPerSecond,
    storedPerSecond: counts.perSecond('Stored'),
    duplicatesPerSecond: counts.perSecond('Duplicates'),
    rejectedPerSecond: counts.perSecond('Rejected'),
    stored: counts.total('Stored'),
    rejected: counts.total('Rejected'),
    lagMs: counts.most('Lag', lagSeconds),
    history: counts.history('Stored'),
  };
};

export const readRelay = (metrics: MetricsStore, now: number): RelayStatus => {
  const counts = lookAt(metrics, { service: 'delivery' }, now);
  const oldest = counts.newest('OldestUnsent');
  return {
    publishedPerSecond: counts.perSecond('Published'),
    supersededPerSecond: counts.perSecond('Superseded'),
    failedPerSecond: counts.perSecond('PublishFailed'),
    published: counts.total('Published'),
    expired: counts.total('Expired'),
    tombstones: counts.total('Tombstones'),
    republished: counts.total('Republished'),
    unsent: counts.newest('Unsent'),
    oldestUnsentMs: oldest === null ? null : oldest * 1_000,
    history: counts.history('Published'),
  };
};
