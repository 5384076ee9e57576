import { describe, expect, it } from 'vitest';
import { basisPoints, bytes, clock, price, rate, shortCount, span } from '../../../console/page/numbers.ts';

describe('numbers as the page writes them', () => {
  it.each([
    [0, '0'],
    [0.24, '0.2'],
    [9.94, '9.9'],
    [9.96, '10'],
    [462.4, '462'],
    [22_800, '22.8k'],
  ])('a rate of %d a second is %s', (value, text) => expect(rate(value)).toBe(text));

  it.each([
    [9_999, '9,999'],
    [12_340, '12.3k'],
    [456_700, '457k'],
    [4_560_000, '4.56M'],
    [2_000_000_000, '2.00B'],
  ])('%d in short is %s', (value, text) => expect(shortCount(value)).toBe(text));

  it.each([
    [-3, '0 ms'],
    [12.4, '12 ms'],
    [999.6, '1.0 s'],
    [1_440, '1.4 s'],
    [42_000, '42 s'],
    [180_000, '3 min'],
    [7_200_000, '2 h'],
  ])('%d ms is %s', (ms, text) => expect(span(ms)).toBe(text));

  it.each([
    [1.082137, '1.08214'],
    [151.2, '151.200'],
    [92_014.53, '92,014.5'],
    [0.39, '0.390000'],
  ])('a price of %d is %s', (value, text) => expect(price(value)).toBe(text));

  it('a change has a sign that is no dash, and none where it is too small to be seen', () => {
    expect([0.00012, -0.00004, -0.000001].map(basisPoints)).toEqual(['+1.2', '−0.4', '0.0']);
  });

  it('a clock and a size', () => {
    expect(clock(725.9)).toBe('12:05');
    expect([812, 14_200, 2_500_000].map(bytes)).toEqual(['812 B', '14.2 kB', '2.5 MB']);
  });
});
