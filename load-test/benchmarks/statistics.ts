/** The figure of several rounds, with its spread. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
};

/** The p-th percentile by nearest rank. @param values - sorted or not */
export const percentile = (values: readonly number[], p: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
};

const thousands = new Intl.NumberFormat('en');
export const whole = (value: number): string => thousands.format(Math.round(value));

/** `1,234 (1,100 to 1,300)` */
export const showSpread = ({ median, min, max }: Spread, show: (value: number) => string = whole): string =>
  `${show(median)} (${show(min)} to ${show(max)})`;
