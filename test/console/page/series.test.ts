import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areaPath,
  boxFor,
  createSeries,
  linePath,
  quantile,
  scaleFromZero,
  scaleOf,
} from '../../../console/page/series.ts';

const box = { width: 100, height: 20, slots: 5 };

describe('a series', () => {
  it('forgets its oldest value for each that is too many', () => {
    const series = createSeries(3);
    for (const value of [1, 2, 3, 4]) series.add(value);
    expect(series.values).toEqual([2, 3, 4]);
  });

  it('has quantiles, and none while it is empty', () => {
    expect(quantile([], 0.5)).toBeUndefined();
    expect(quantile([5, 1, 3], 0.5)).toBe(3);
    expect(quantile([5, 1, 3], 1)).toBe(5);
  });
});

describe('a spark', () => {
  it('needs two values', () => {
    expect(linePath([1], box, scaleOf([1]))).toBe('');
    expect(areaPath([1], box, scaleOf([1]))).toBe('');
  });

  it('stands at the right while it is short: now is always at the same place', () => {
    expect(linePath([0, 1], box, { least: 0, most: 1 })).toBe('M75 19.3L100 0.8');
  });

  it('closes its ground below itself, not below what has not been yet', () => {
    expect(areaPath([0, 1], box, { least: 0, most: 1 })).toBe('M75 19.3L100 0.8L100 20L75 20Z');
  });

  it('is as wide as its box while it is young, but for a mere stroke', () => {
    const wide = { width: 90, height: 20 };
    expect(
      [2, 10, 30, 60].map(
        (length) =>
          boxFor(
            Array.from({ length }, () => 1),
            wide,
            60,
          ).slots,
      ),
    ).toEqual([10, 10, 30, 60]);
    expect(boxFor([], wide, 60)).toEqual({ ...wide, slots: 10 });
  });

  it('draws what does not move in the middle', () => {
    expect(linePath([7, 7], box, scaleOf([7, 7]))).toBe('M75 10L100 10');
  });

  it('never leaves its box', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 5 }),
        (values) => {
          const numbers = linePath(values, box, scaleOf(values)).match(/-?[\d.]+/g) ?? [];
          numbers.forEach((text, n) => {
            expect(Number(text)).toBeGreaterThanOrEqual(0);
            expect(Number(text)).toBeLessThanOrEqual(n % 2 === 0 ? box.width : box.height);
          });
        },
      ),
    );
  });

  it('shows a rate from nothing on, so that a small change of a large one is small', () => {
    expect(scaleFromZero([100, 101]).least).toBe(0);
    expect(scaleFromZero([0, 0]).most).toBeGreaterThan(0);
  });
});
