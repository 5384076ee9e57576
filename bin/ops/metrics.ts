import {
  type CloudWatchClient,
  type Metric,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';

/** What GetMetricData takes at once. */
const mostQueries = 500;

export interface MetricQuery {
  readonly names: Readonly<Record<string, 'Sum' | 'Maximum'>>;
  readonly from: Date;
  readonly to: Date;
}

/** By source, metric and reason; a metric without reasons has the reason ''. What is not there was never counted. */
export type SourceMetrics = ReadonlyMap<string, Readonly<Record<string, Readonly<Record<string, number>>>>>;

const dimension = ({ Dimensions = [] }: Metric, name: string): string | undefined =>
  Dimensions.find(({ Name }) => Name === name)?.Value;

const combine = (stat: 'Sum' | 'Maximum', values: readonly number[]): number =>
  stat === 'Sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);

const listMetrics = async (
  client: CloudWatchClient,
  { names }: MetricQuery,
  abortSignal: AbortSignal,
): Promise<Metric[]> => {
  const found: Metric[] = [];
  const everySource = { Namespace: 'Millrace', Dimensions: [{ Name: 'service', Value: 'enrichment' }] };
  for await (const { Metrics = [] } of paginateListMetrics({ client }, everySource, { abortSignal })) {
    found.push(...Metrics.filter(({ MetricName = '' }) => Object.hasOwn(names, MetricName)));
  }
  return found;
};

/** Every source's metrics since `from`, in a few calls however many sources and reasons there are. */
export const readMetrics = async (
  client: CloudWatchClient,
  query: MetricQuery,
  abortSignal: AbortSignal,
): Promise<SourceMetrics> => {
  const { names, from, to } = query;
  const metrics = await listMetrics(client, query, abortSignal);
  const Period = Math.max(60, Math.ceil((to.getTime() - from.getTime()) / 60_000) * 60);
  const statOf = ({ MetricName = '' }: Metric): 'Sum' | 'Maximum' => names[MetricName] ?? 'Sum';
  const bySource = new Map<string, Record<string, Record<string, number>>>();
  for (let at = 0; at < metrics.length; at += mostQueries) {
    const part = metrics.slice(at, at + mostQueries);
    const values = part.map((): number[] => []);
    const MetricDataQueries = part.map((metric, index) => ({
      Id: `m${index}`,
      MetricStat: { Metric: metric, Period, Stat: statOf(metric) },
    }));
    const input = { MetricDataQueries, StartTime: from, EndTime: to };
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, input, { abortSignal })) {
      for (const { Id = '', Values = [] } of MetricDataResults) values[Number(Id.slice(1))]?.push(...Values);
    }
    part.forEach((metric, index) => {
      const source = bySource.get(dimension(metric, 'source') ?? '') ?? {};
      const reasons = (source[metric.MetricName ?? ''] ??= {});
      reasons[dimension(metric, 'reason') ?? ''] = combine(statOf(metric), values[index] ?? []);
      bySource.set(dimension(metric, 'source') ?? '', source);
    });
  }
  return bySource;
};
