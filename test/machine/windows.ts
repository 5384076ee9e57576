/** A number on its way into windows. Times are microseconds since the epoch. */
export interface Measured {
  readonly series: string;
  readonly value: number;
  readonly weight: number;
  readonly at: number;
  readonly id: string;
}

export interface WindowRow {
  readonly series: string;
  readonly span: number;
  readonly startsAt: number;
  count: number;
  /** Of values that doubles add up exactly, such as quarters: PostgreSQL has `numeric` here. */
  sum: number;
  weight: number;
  min: number;
  max: number;
  first: Measured;
  last: Measured;
}

const isBefore = (a: Measured, b: Measured): boolean =>
  a.at < b.at || (a.at === b.at && Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)) < 0);

/** Adds measures to the windows they belong to, one after the other. */
export const addToWindows = (
  windows: Map<string, WindowRow>,
  measured: readonly Measured[],
  spans: readonly number[],
): void => {
  for (const measure of measured) {
    for (const span of spans) {
      const startsAt = Math.floor(measure.at / (span * 1_000_000)) * span * 1_000_000;
      const key = `${measure.series} ${span} ${startsAt}`;
      const { series, value, weight } = measure;
      const row = windows.get(key);
      if (!row) {
        const first = { count: 1, sum: value * weight, weight, min: value, max: value, first: measure, last: measure };
        windows.set(key, { series, span, startsAt, ...first });
        continue;
      }
      row.count += 1;
      row.sum += value * weight;
      row.weight += weight;
      row.min = Math.min(row.min, value);
      row.max = Math.max(row.max, value);
      if (isBefore(measure, row.first)) row.first = measure;
      if (isBefore(row.last, measure)) row.last = measure;
    }
  }
};
