import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { fromRecord, toRecord } from './dimensions.ts';
import type { MetricsStore } from './metrics-store.ts';

const Input = z.strictObject({
  Namespace: z.optional(z.string()),
  MetricName: z.optional(z.string()),
  // A filter may name a dimension without a value; we would have to guess what that means together with others.
  Dimensions: z.optional(z.array(z.strictObject({ Name: z.string(), Value: z.string() }))),
});

/** Answers everything in one page: the store is bounded. */
export const listMetrics = (metrics: MetricsStore): Action =>
  action('ListMetrics', Input, ({ Namespace, MetricName, Dimensions }) => ({
    Metrics: metrics
      .list({
        ...(Namespace === undefined ? {} : { namespace: Namespace }),
        ...(MetricName === undefined ? {} : { name: MetricName }),
        dimensions: toRecord(Dimensions),
      })
      .map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: fromRecord(dimensions),
      })),
  }));
