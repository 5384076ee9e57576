import type { MetricsStore } from '../../local/services/cloudwatch/metrics-store.ts';

/** What is known cheaply while it runs: from metrics, so good for a look and not for an account. */
export interface LiveCounts {
  readonly source: string;
  readonly sent: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The longest of the last seconds, milliseconds; undefined without records. */
  readonly lagMs: number | undefined;
}

export interface PushedCounts {
  readonly messages: number;
  readonly events: number;
}

const namespace = 'Millrace';
const recentMs = 10_000;

/** Of the batches that were finished in a time; undefined without any. Milliseconds. */
const longestLag = (
  metrics: MetricsStore,
  dimensions: Readonly<Record<string, string>>,
  from: number,
  to: number,
): number | undefined => {
  const lags = metrics
    .list({ namespace, name: 'Lag', dimensions })
    .flatMap((metric) => metrics.query(metric, from, to + 1_000, 1));
  return lags.length === 0 ? undefined : Math.max(...lags.map(({ statistics }) => statistics.max));
};

export const readLiveCounts = (metrics: MetricsStore, source: string, sent: number, now: number): LiveCounts => {
  const series = (name: string) => metrics.list({ namespace, name, dimensions: { source } });
  const total = (name: string): number => series(name).reduce((sum, metric) => sum + metrics.total(metric), 0);
  return {
    source,
    sent,
    stored: total('Stored'),
    duplicates: total('Duplicates'),
    rejected: total('Rejected'),
    lagMs: longestLag(metrics, { source }, now - recentMs, now),
  };
};

const number = (value: number): string => Math.round(value).toLocaleString('en-US');

/**
 * @param held - cause by source
 * @param pushed - what a subscriber has got by push
 */
export const formatLive = (
  counts: readonly LiveCounts[],
  elapsedMs: number,
  held: ReadonlyMap<string, string> = new Map(),
  pushed: PushedCounts = { messages: 0, events: 0 },
): string[] => [
  `${Math.round(elapsedMs / 1000)} s`,
  ...counts.map(({ source, sent, stored, duplicates, rejected, lagMs }) =>
    [
      `${source}${held.has(source) ? ` HELD (${held.get(source)})` : ''}: sent ${number(sent)}`,
      `stored ${number(stored)}`,
      `duplicates ${number(duplicates)}`,
      `rejected ${number(rejected)}`,
      `lag ${lagMs === undefined ? '-' : `${number(lagMs)} ms`}`,
    ].join(', '),
  ),
  `pushed: ${number(pushed.messages)} messages, ${number(pushed.events)} events`,
];
