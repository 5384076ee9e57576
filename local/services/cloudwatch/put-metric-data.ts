import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { Dimensions, toRecord } from './dimensions.ts';
import type { MetricsStore } from './metrics-store.ts';

const Datum = z.strictObject({
  MetricName: z.string(),
  Dimensions: z.optional(Dimensions),
  Value: z.number(),
  Unit: z.optional(z.string()),
  /** Seconds since the epoch. */
  Timestamp: z.optional(z.number()),
  StorageResolution: z.optional(z.number()),
});

const Input = z.strictObject({ Namespace: z.string(), MetricData: z.array(Datum).max(1000) });

export const putMetricData = (metrics: MetricsStore, now: () => number): Action =>
  action('PutMetricData', Input, ({ Namespace, MetricData }) => {
    for (const datum of MetricData) {
      const at = datum.Timestamp === undefined ? now() : datum.Timestamp * 1000;
      metrics.put(Namespace, toRecord(datum.Dimensions), datum.MetricName, datum.Value, datum.Unit ?? 'None', at);
    }
  });
