import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { type LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { WatchedSource } from './config.ts';
import type { Reading } from './lag.ts';

export interface ReadingStore {
  /** @throws what the SDK throws */
  read(source: WatchedSource, signal: AbortSignal): Promise<Reading>;
}

/** As far back as CloudWatch keeps minutes in fine grain; two metrics of 180 values fit one answer 280 times. */
const spanMs = 3 * 3_600_000;

const query = (id: string, namespace: string, metric: string, dimension: string, value: string, stat: string) =>
  ({
    Id: id,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metric, Dimensions: [{ Name: dimension, Value: value }] },
      Period: 60,
      Stat: stat,
    },
  }) satisfies MetricDataQuery;

/** Looks at a source's reading from outside: Lambda's mappings, and the metrics of Lambda and Kinesis. */
export const createReadingStore = (
  { lambda, cloudwatch }: { readonly lambda: LambdaClient; readonly cloudwatch: CloudWatchClient },
  now: () => number,
): ReadingStore => ({
  read: async ({ functionName, streamName }, abortSignal) => {
    const end = now();
    const [{ EventSourceMappings = [] }, { MetricDataResults = [] }] = await Promise.all([
      // One function has one mapping, or two while it is replaced: never a second page.
      lambda.send(new ListEventSourceMappingsCommand({ FunctionName: functionName }), { abortSignal }),
      cloudwatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(end - spanMs),
          EndTime: new Date(end),
          MetricDataQueries: [
            query('ages', 'AWS/Lambda', 'IteratorAge', 'FunctionName', functionName, 'Maximum'),
            query('arrivals', 'AWS/Kinesis', 'IncomingRecords', 'StreamName', streamName, 'Sum'),
          ],
        }),
        { abortSignal },
      ),
    ]);
    const minutes = (id: string): readonly { readonly at: number; readonly value: number }[] => {
      const { Timestamps = [], Values = [] } = MetricDataResults.find(({ Id }) => Id === id) ?? {};
      return Timestamps.map((at, index) => ({ at: at.getTime(), value: Values[index] ?? 0 }));
    };
    return {
      mappings: EventSourceMappings.map(({ State = 'unknown' }) => State),
      ages: minutes('ages').map(({ at, value }) => ({ at, ms: value })),
      arrivals: minutes('arrivals').flatMap(({ at, value }) => (value > 0 ? [at] : [])),
    };
  },
});
