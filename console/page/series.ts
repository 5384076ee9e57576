/** The last values of something, oldest first; an older one goes for each that comes. */
export const createSeries = (most: number) => {
  const values: number[] = [];
  return {
    values: values as readonly number[],
    add: (value: number): void => {
      values.push(value);
      if (values.length > most) values.shift();
    },
  };
};
export type Series = ReturnType<typeof createSeries>;

/** The value below which a share of them lies; undefined of none. @param share - from 0 to 1 */
export const quantile = (values: readonly number[], share: number): number | undefined => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
};

export interface Box {
  readonly width: number;
  readonly height: number;
  /** What the series has room for: a short one stands at the right, where now is. */
  readonly slots: number;
}

export interface Scale {
  readonly least: number;
  readonly most: number;
}

/** A young series has the whole width, once it is more than a stroke. @param most - values it will have */
export const boxFor = (
  values: readonly number[],
  { width, height }: Pick<Box, 'width' | 'height'>,
  most: number,
): Box => ({ width, height, slots: Math.max(leastSlots, Math.min(most, values.length)) });
const leastSlots = 10;

/** From the least to the most of the values; a line that does not move lies in the middle. */
export const scaleOf = (values: readonly number[]): Scale => {
  const least = Math.min(...values);
  const most = Math.max(...values);
  return least === most ? { least: least - 1, most: most + 1 } : { least, most };
};

/** From nothing to the most, for rates: small changes of a large rate are to look small. */
export const scaleFromZero = (values: readonly number[]): Scale => ({ least: 0, most: Math.max(1, ...values) * 1.1 });

const tenth = (value: number): number => Math.round(value * 10) / 10;

/** The `d` of an SVG path through the values; empty for fewer than two. */
export const linePath = (values: readonly number[], { width, height, slots }: Box, { least, most }: Scale): string => {
  if (values.length < 2) return '';
  const step = width / (slots - 1);
  const from = width - (values.length - 1) * step;
  const points = values.map((value, n) => {
    const share = (value - least) / (most - least);
    // Half the line's width stays inside at either edge.
    return `${tenth(from + n * step)} ${tenth(height - 0.75 - share * (height - 1.5))}`;
  });
  return `M${points.join('L')}`;
};

/** The same line closed along the bottom, to be filled. */
export const areaPath = (values: readonly number[], box: Box, scale: Scale): string => {
  const line = linePath(values, box, scale);
  if (line === '') return '';
  const from = tenth(box.width - ((values.length - 1) * box.width) / (box.slots - 1));
  return `${line}L${box.width} ${box.height}L${from} ${box.height}Z`;
};
