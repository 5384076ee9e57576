import * as z from 'zod';

/** One value of a metric, as `put` takes it. */
export interface MetricDatum {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly name: string;
  readonly values: readonly number[];
  readonly unit: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const Envelope = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.optional(z.string()) })),
      }),
    ),
  }),
});

const numbersIn = (value: unknown): readonly number[] => {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'number' && Number.isFinite(item));
};

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

const parsed = (line: string): unknown => {
  // Most log lines are no metrics: the cheap test keeps JSON.parse off the hot path.
  if (!line.includes('"_aws"')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/**
 * The metric values one printed line carries, by the Embedded Metric Format: every metric once per dimension set.
 *
 * @returns an empty list when the line is an ordinary log line, as CloudWatch Logs does
 */
export const metricsInLine = (line: string): readonly MetricDatum[] => {
  const envelope = Envelope.safeParse(parsed(line));
  if (!envelope.success) return [];
  const { _aws: directives, ...fields } = envelope.data;
  return directives.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    (Dimensions.length > 0 ? Dimensions : [[]]).flatMap((names) =>
      Metrics.map(({ Name, Unit }) => ({
        namespace: Namespace,
        dimensions: Object.fromEntries(names.map((name) => [name, textOf(fields[name])])),
        name: Name,
        values: numbersIn(fields[Name]),
        unit: Unit ?? 'None',
        at: directives.Timestamp,
      })),
    ),
  );
};
