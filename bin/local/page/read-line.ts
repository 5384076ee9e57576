import type { RelayStatus, SourceStatus } from '../../../console/page/status.ts';
import type { MetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import type { DeliveryProgress } from '../delivery-progress.ts';

const namespace = 'Millrace';
/** Rates are taken over seconds that are over: of the present one nobody knows yet how much is in it. */
const rateSeconds = 5;
const historySeconds = 60;
const lagSeconds = 10;

type Dimensions = Readonly<Record<string, string>>;

/** When a look is taken, and since when there is anything to see; milliseconds since the epoch. */
export interface LookTimes {
  readonly now: number;
  readonly startedAt: number;
}

/** Looks at counts as a moment has them. */
const lookAt = (metrics: MetricsStore, dimensions: Dimensions, { now, startedAt }: LookTimes) => {
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
    /** Of a run that is younger than that, as long as it is old. */
    history: (name: string): readonly number[] => {
      const seconds = Math.max(0, Math.min(historySeconds, second - Math.floor(startedAt / 1_000)));
      const counts = Array.from({ length: seconds }, () => 0);
      for (const { at, statistics } of between(name, seconds)) {
        const n = at / 1_000 - (second - seconds);
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
  times: LookTimes,
): Omit<SourceStatus, 'hold'> => {
  const counts = lookAt(metrics, { source, service: 'enrichment' }, times);
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

/** @param waiting - what is not published now; undefined where nobody knows */
export const readRelay = (
  metrics: MetricsStore,
  waiting: Pick<DeliveryProgress, 'unsent' | 'waitingSince'> | undefined,
  times: LookTimes,
): RelayStatus => {
  const counts = lookAt(metrics, { service: 'delivery' }, times);
  const since = waiting?.waitingSince;
  return {
    publishedPerSecond: counts.perSecond('Published'),
    supersededPerSecond: counts.perSecond('Superseded'),
    failedPerSecond: counts.perSecond('PublishFailed'),
    published: counts.total('Published'),
    expired: counts.total('Expired'),
    tombstones: counts.total('Tombstones'),
    republished: counts.total('Republished'),
    unsent: waiting?.unsent ?? null,
    oldestUnsentMs: since === undefined ? null : Math.max(0, times.now - since),
    history: counts.history('Published'),
  };
};
