import {
  GetMetricDataCommand,
  paginateListMetrics,
  type CloudWatchClient,
  type Metric,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';

/** Every metric of a name in our namespace for one source: one per reason where it has reasons. */
const listMetrics = async (client: CloudWatchClient, name: string, source: string): Promise<Metric[]> => {
  const found: Metric[] = [];
  const pages = paginateListMetrics(
    { client },
    { Namespace: 'Millrace', MetricName: name, Dimensions: [{ Name: 'source', Value: source }] },
  );
  for await (const { Metrics = [] } of pages) found.push(...Metrics);
  return found;
};

const reasonIn = ({ Dimensions = [] }: Metric): string => Dimensions.find(({ Name }) => Name === 'reason')?.Value ?? '';

/** The sum, or the maximum, of a metric since `from`, by reason; a metric without reasons has the reason ''. */
export const readMetric = async (
  client: CloudWatchClient,
  name: string,
  source: string,
  stat: 'Sum' | 'Maximum',
  from: Date,
  to: Date,
): Promise<Record<string, number>> => {
  const metrics = await listMetrics(client, name, source);
  if (metrics.length === 0) return {};
  const seconds = Math.max(60, Math.ceil((to.getTime() - from.getTime()) / 60_000) * 60);
  const queries: MetricDataQuery[] = metrics.map((metric, index) => ({
    Id: `m${index}`,
    MetricStat: { Metric: metric, Period: seconds, Stat: stat },
  }));
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({ MetricDataQueries: queries, StartTime: from, EndTime: to }),
  );
  const combine = (values: readonly number[]): number =>
    stat === 'Sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  return Object.fromEntries(
    metrics.map((metric, index) => [
      reasonIn(metric),
      combine(MetricDataResults.find(({ Id }) => Id === `m${index}`)?.Values ?? []),
    ]),
  );
};
