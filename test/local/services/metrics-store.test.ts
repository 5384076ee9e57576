import { describe, expect, it } from 'vitest';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';

const NOON = Date.UTC(2026, 10, 21, 12);

/** A printed line with two metrics under two dimension sets. */
const line = (more: Record<string, unknown>): string =>
  JSON.stringify({
    _aws: {
      Timestamp: NOON,
      CloudWatchMetrics: [
        {
          Namespace: 'Millrace',
          Dimensions: [['service'], ['service', 'reason']],
          Metrics: [{ Name: 'rejected', Unit: 'Count' }, { Name: 'duration' }],
        },
      ],
    },
    service: 'enrichment',
    reason: 'too-old',
    ...more,
  });

const metric = (Dimensions: string[][]) =>
  JSON.stringify({
    _aws: { Timestamp: NOON, CloudWatchMetrics: [{ Namespace: 'N', Dimensions, Metrics: [{ Name: 'm' }] }] },
    m: 1,
    odd: {},
  });

describe('createMetricsStore', () => {
  it('takes EMF: every metric under every dimension set, lists value by value', () => {
    const store = createMetricsStore();
    store.ingest(line({ rejected: 2, duration: [5, 7, 'odd', null] }));
    const service = { service: 'enrichment' };
    expect(store.total({ namespace: 'Millrace', name: 'rejected', dimensions: service })).toBe(2);
    expect(
      store.total({ namespace: 'Millrace', name: 'duration', dimensions: { ...service, reason: 'too-old' } }),
    ).toBe(12);
    expect(store.list({ name: 'duration' }).map(({ unit }) => unit)).toEqual(['None', 'None']);
  });

  it('takes EMF without dimensions, and a dimension that is missing or no text as empty', () => {
    const store = createMetricsStore();
    store.ingest(metric([]));
    store.ingest(metric([['gone', 'odd']]));
    expect(store.list({}).map(({ dimensions }) => dimensions)).toEqual([{}, { gone: '', odd: '' }]);
  });

  it.each(['plain text', '{"level":"INFO","message":"\\"_aws\\""}', '{"_aws": broken', '{"_aws": {"Timestamp": 1}}'])(
    'leaves the log line %s alone',
    (text) => {
      const store = createMetricsStore();
      store.ingest(text);
      expect(store.list({})).toEqual([]);
    },
  );

  it('finds a metric whatever the order of its dimensions', () => {
    const store = createMetricsStore();
    store.put('N', { a: '1', b: '2' }, 'm', 3, 'Count', NOON);
    store.put('N', { b: '2', a: '1' }, 'm', 4, 'Count', NOON);
    expect(store.total({ namespace: 'N', name: 'm', dimensions: { b: '2', a: '1' } })).toBe(7);
    expect(store.total({ namespace: 'N', name: 'gone', dimensions: {} })).toBe(0);
  });

  it('forgets the oldest second of a series, and the series written longest ago', () => {
    const store = createMetricsStore({ series: 2, secondsPerSeries: 3 });
    const write = (name: string, second: number) => store.put('N', {}, name, 1, 'Count', second * 1000);
    for (const second of [1, 2, 3, 4, 5]) write('a', second);
    expect(store.total({ namespace: 'N', name: 'a', dimensions: {} })).toBe(3);
    write('b', 1);
    write('a', 6);
    write('c', 1);
    expect(store.list({}).map(({ name }) => name)).toEqual(['a', 'c']);
  });

  it('keeps a second small however many values it sees', () => {
    const store = createMetricsStore();
    for (let n = 0; n < 20_000; n++) store.put('N', {}, 'm', n, 'Milliseconds', NOON);
    const [period] = store.query({ namespace: 'N', name: 'm', dimensions: {} }, NOON, NOON + 1000, 1);
    expect(period?.statistics.count).toBe(20_000);
    expect(period?.statistics.values.size).toBeLessThan(3_000);
  });
});
