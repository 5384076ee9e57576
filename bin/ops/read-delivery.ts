import { type CloudWatchClient, GetMetricDataCommand, ScanBy } from '@aws-sdk/client-cloudwatch';

/** What the sweep has last measured of the way from the outbox to clients. */
export interface DeliveryStatus {
  /** Messages that no client could have seen. */
  readonly unsent: number;
  /** How long the oldest of them has waited. */
  readonly oldestUnsentSeconds: number;
  /** Start of the minute in which that was measured, ISO. */
  readonly measuredAt: string;
}

/** The sweep measures every minute; metrics take another to be there. */
const lookBackMs = 5 * 60_000;

/** Undefined where nothing was measured lately: the sweep does not run, or nothing has been deployed for a minute yet. */
export const readDelivery = async (
  client: CloudWatchClient,
  env: string,
  now: Date,
  abortSignal: AbortSignal,
): Promise<DeliveryStatus | undefined> => {
  const Dimensions = [
    { Name: 'service', Value: 'delivery' },
    { Name: 'environment', Value: env },
  ];
  const query = (MetricName: string) => ({
    Id: MetricName.toLowerCase(),
    MetricStat: { Metric: { Namespace: 'Millrace', MetricName, Dimensions }, Period: 60, Stat: 'Maximum' },
  });
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      MetricDataQueries: [query('Unsent'), query('OldestUnsent')],
      StartTime: new Date(now.getTime() - lookBackMs),
      EndTime: now,
      ScanBy: ScanBy.TIMESTAMP_DESCENDING,
    }),
    { abortSignal },
  );
  const newest = (id: string) => {
    const { Values = [], Timestamps = [] } = MetricDataResults.find(({ Id }) => Id === id) ?? {};
    return { value: Values[0], at: Timestamps[0] };
  };
  const [unsent, oldest] = [newest('unsent'), newest('oldestunsent')];
  if (unsent.value === undefined || oldest.value === undefined || !oldest.at) return undefined;
  return { unsent: unsent.value, oldestUnsentSeconds: oldest.value, measuredAt: oldest.at.toISOString() };
};
