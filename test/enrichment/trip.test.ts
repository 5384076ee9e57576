import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastOfReason, scanRejects } from '../../lambdas/enrichment/trip.ts';
import type { Verdict } from '../../lambdas/enrichment/verdicts.ts';

/** Records from reasons: `null` for what was not rejected. Numbers begin at 1. */
const of = (...parts: readonly (readonly [count: number, reason: string | null])[]): Verdict[] =>
  parts
    .flatMap(([count, reason]) => Array.from({ length: count }, () => reason))
    .map((reason, n) => ({ sequenceNumber: String(n + 1), reason }));

const tripOf = (records: readonly Verdict[], full: boolean, first = 1) =>
  scanRejects(records, full, String(first)).trip;

describe('a storm of rejects', () => {
  it.each([
    ['100 of 200 rejected', [100, 100], false],
    ['101 of 200 rejected', [99, 101], true],
  ] as const)('%s', (_, [fine, wrong], trips) => {
    expect(tripOf(of([fine, null], [wrong, 'broken-rule']), true) !== undefined).toBe(trips);
    expect(tripOf(of([fine, null], [wrong, 'broken-rule']), false) !== undefined).toBe(trips);
  });

  it.each([
    ['19 of one reason, all there is', [[19, 'broken-rule']], undefined],
    ['20 of one reason, all there is', [[20, 'broken-rule']], 20],
    [
      '21 rejects in 29',
      [
        [8, null],
        [21, 'broken-rule'],
      ],
      undefined,
    ],
    [
      '21 rejects in 28',
      [
        [7, null],
        [21, 'broken-rule'],
      ],
      21,
    ],
    [
      '19 of a reason and 19 of another',
      [
        [19, 'a'],
        [19, 'b'],
      ],
      undefined,
    ],
    [
      '19 of a reason and 20 of another',
      [
        [19, 'a'],
        [20, 'b'],
      ],
      39,
    ],
  ] as const)('in records of which no more are known: %s', (_, parts, rejected) => {
    expect(tripOf(of(...parts), false)?.rejected).toBe(rejected);
  });

  it('of many reasons, none of which has 20, is none', () => {
    const parts = Array.from({ length: 10 }, (_, n) => [19, `reason-${n}`] as const);
    expect(tripOf(of(...parts), true)).toBeUndefined();
    expect(tripOf(of(...parts, [1, 'reason-9']), true)).toMatchObject({ reason: 'reason-9', ofReason: 20 });
  });

  it('is looked for among 200 where a shard has had as many, whether or not they are known', () => {
    expect(tripOf(of([100, 'broken-rule']), true)).toBeUndefined();
    expect(tripOf(of([101, 'broken-rule']), true)).toMatchObject({ rejected: 101, of: 200, from: '1' });
  });

  it('is seen in the middle of a batch that ends well, and names its first reject', () => {
    const records = of([5, 'undecodable'], [400, null], [120, 'broken-rule'], [500, null]);
    expect(tripOf(records, true)).toEqual({
      reason: 'broken-rule',
      ofReason: 101,
      rejected: 101,
      of: 200,
      from: '406',
    });
  });

  it('that was over before the judged records is not found again', () => {
    const records = of([120, 'broken-rule'], [200, null], [5, 'broken-rule']);
    expect(tripOf(records, true, 321)).toBeUndefined();
    expect(tripOf(records, true, 101)).toBeDefined();
  });

  it('is the same storm, however the stream is cut', () => {
    const shard = fc.array(fc.constantFrom(null, 'a', 'a', 'b'), { minLength: 1, maxLength: 450 });
    fc.assert(
      fc.property(shard, fc.boolean(), fc.integer({ min: 1, max: 60 }), (reasons, full, size) => {
        const records = reasons.map((reason, n) => ({ sequenceNumber: String(n + 1), reason }));
        const whole = tripOf(records, full);
        for (let end = size; end - size < records.length; end += size) {
          const { trip } = scanRejects(records.slice(0, end), full, String(end - size + 1));
          if (!trip) continue;
          expect(trip).toEqual(whole);
          return;
        }
        expect(whole).toBeUndefined();
      }),
    );
  });

  it('says how many of one reason came near it', () => {
    const { most } = scanRejects(of([12, 'a'], [300, null], [9, 'b']), true, '1');
    expect(most).toBe(12);
    expect(leastOfReason).toBe(20);
  });
});
