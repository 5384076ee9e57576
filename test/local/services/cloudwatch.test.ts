import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListMetricsCommand,
  type ListMetricsCommandInput,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetricsStore, type MetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import { startCloudWatch } from '../../../local/services/cloudwatch/start-cloudwatch.ts';
import type { RunningService } from '../../../local/services/json-service.ts';

const NOON = Date.UTC(2026, 10, 21, 12);

let metrics: MetricsStore;
let service: RunningService;
let client: CloudWatchClient;
beforeEach(async () => {
  metrics = createMetricsStore();
  service = await startCloudWatch({ metrics, now: () => NOON });
  client = new CloudWatchClient({
    endpoint: service.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await service.stop();
});

const ask = async (Stat: string, options: { Period?: number; ScanBy?: 'TimestampAscending'; Id?: string } = {}) => {
  const { Period = 60, ScanBy, Id = 'm1' } = options;
  const { MetricDataResults = [] } = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(NOON),
      EndTime: new Date(NOON + 600_000),
      ...(ScanBy ? { ScanBy } : {}),
      MetricDataQueries: [
        {
          Id,
          MetricStat: {
            Metric: {
              Namespace: 'Millrace',
              MetricName: 'stored',
              Dimensions: [{ Name: 'source', Value: 'market' }],
            },
            Period,
            Stat,
          },
        },
        {
          Id: 'hidden',
          ReturnData: false,
          MetricStat: { Metric: { Namespace: 'Millrace', MetricName: 'stored' }, Period, Stat },
        },
      ],
    }),
  );
  return MetricDataResults;
};
const put = (value: number, secondsAfterNoon: number): void =>
  metrics.put('Millrace', { source: 'market' }, 'stored', value, 'Count', NOON + secondsAfterNoon * 1000);

const list = async (input: ListMetricsCommandInput) =>
  ((await client.send(new ListMetricsCommand(input))).Metrics ?? []).map(({ MetricName }) => MetricName);

describe('the local CloudWatch', () => {
  it.each([
    ['Sum', 60],
    ['SampleCount', 4],
    ['Average', 15],
    ['Minimum', 0],
    ['Maximum', 30],
    ['p50', 10],
    ['p100', 30],
    ['p0', 0],
  ])('gives the %s of a period', async (stat, expected) => {
    for (const [n, value] of [10, 20, 30, 0].entries()) put(value, n);
    const [result] = await ask(stat);
    expect(result).toMatchObject({ Id: 'm1', Label: 'stored', StatusCode: 'Complete', Values: [expected] });
    expect(result?.Timestamps).toEqual([new Date(NOON)]);
  });

  it('gives the newest period first unless asked otherwise, and no more than was asked for', async () => {
    for (const second of [-1, 0, 61, 125, 599, 600]) put(second, second);
    expect((await ask('Sum'))[0]?.Values).toEqual([599, 125, 61, 0]);
    const ascending = await ask('Sum', { ScanBy: 'TimestampAscending', Period: 300 });
    expect(ascending.map(({ Values }) => Values)).toEqual([[186, 599]]);
  });

  it('takes what is put over its API, now when no time is given', async () => {
    const datum = { MetricName: 'stored', Dimensions: [{ Name: 'source', Value: 'market' }], Value: 7 };
    const MetricData = [datum, { ...datum, Value: 1, Unit: 'Count' as const, Timestamp: new Date(NOON + 1000) }];
    await client.send(new PutMetricDataCommand({ Namespace: 'Millrace', MetricData }));
    expect((await ask('Sum'))[0]?.Values).toEqual([8]);
  });

  it('takes a compressed request, as the SDK sends large ones', async () => {
    const MetricData = Array.from({ length: 500 }, (_, n) => ({
      MetricName: 'stored',
      Dimensions: [{ Name: 'source', Value: 'market' }],
      Value: n,
      Timestamp: new Date(NOON),
    }));
    await client.send(new PutMetricDataCommand({ Namespace: 'Millrace', MetricData }));
    expect((await ask('SampleCount'))[0]?.Values).toEqual([500]);
  });

  it('lists metrics by namespace, name and dimension', async () => {
    put(1, 0);
    metrics.put('AWS/Lambda', { FunctionName: 'f' }, 'Errors', 1, 'Count', NOON);
    expect(await list({})).toEqual(['stored', 'Errors']);
    expect(await list({ Namespace: 'AWS/Lambda' })).toEqual(['Errors']);
    expect(await list({ MetricName: 'stored' })).toEqual(['stored']);
    expect(await list({ Dimensions: [{ Name: 'FunctionName', Value: 'f' }] })).toEqual(['Errors']);
    expect(await list({ Dimensions: [{ Name: 'FunctionName', Value: 'g' }] })).toEqual([]);
  });

  it('names a statistic, an action and an input it does not know', async () => {
    put(1, 0);
    await expect(ask('TM(10%:90%)')).rejects.toThrow('has no statistic "TM(10%:90%)"');
    await expect(client.send(new DescribeAlarmsCommand({}))).rejects.toThrow('has no action "DescribeAlarms"');
    const expression = new GetMetricDataCommand({
      StartTime: new Date(),
      EndTime: new Date(),
      MetricDataQueries: [{ Id: 'e', Expression: 'm1*2' }],
    });
    await expect(client.send(expression)).rejects.toThrow(/GetMetricData does not take/);
  });
});
