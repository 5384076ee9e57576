import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeVerdicts, encodeVerdicts } from '../../lambdas/enrichment/verdict-coding.ts';
import {
  guardedRecords,
  keptOf,
  unite,
  type Verdict,
  type Verdicts,
  within,
} from '../../lambdas/enrichment/verdicts.ts';

const empty: Verdicts = { deployment: 'a', holdNumber: 0, full: false, records: [] };
const reasons = ['broken-rule', 'undecodable', 'conflict'];

/** A shard of records, and what each was judged. */
const shard = (most: number) =>
  fc
    .integer({ min: 1, max: most })
    .chain((length) => fc.array(fc.constantFrom(null, null, ...reasons), { minLength: length, maxLength: length }))
    .map((verdicts) => verdicts.map((reason, n): Verdict => ({ sequenceNumber: String(990 + n), reason })));

/** Deliveries of it: slices, in any order, any of them again; what waited was no reject before it was one. */
const deliveries = fc.gen().map((pick) => (records: readonly Verdict[]): Verdict[][] => {
  const cuts = [0, ...pick(fc.array, fc.nat(records.length), { maxLength: 12 }), records.length].sort((a, b) => a - b);
  const slices = cuts.slice(1).map((end, n) => records.slice(cuts[n], end));
  const again = pick(fc.array, fc.nat(slices.length - 1), { maxLength: 8 }).map((n) => slices[n] ?? []);
  const waiting = again.map((slice) => slice.map((verdict) => ({ ...verdict, reason: null })));
  const order = pick(fc.infiniteStream, fc.nat());
  return [...slices, ...again, ...waiting]
    .map((slice) => ({ slice, at: order.next().value as number }))
    .sort((a, b) => a.at - b.at)
    .map(({ slice }) => slice);
});

const takeIn = (batches: readonly (readonly Verdict[])[]): Verdicts =>
  batches.reduce((known: Verdicts, batch) => {
    const records = unite(known.records, batch);
    return keptOf({ ...known, records }, unite(batch, []).at(-1)?.sequenceNumber ?? '0');
  }, empty);

describe('the verdicts of a shard', () => {
  it('are the same, however the stream was cut, in whatever order and however often its records came', () => {
    fc.assert(
      fc.property(shard(500), deliveries, (records, deliver) => {
        const known = takeIn(deliver(records));
        expect(known.records.slice(-guardedRecords)).toEqual(records.slice(-guardedRecords));
        expect(known.records.length).toBeLessThanOrEqual(2 * guardedRecords);
        expect(known.full).toBe(records.length > guardedRecords);
      }),
    );
  });

  it('are the same on whichever side of a union they stand', () => {
    fc.assert(
      fc.property(shard(30), shard(30), shard(30), (a, b, c) => {
        expect(unite(a, b)).toEqual(unite(b, a));
        expect(unite(unite(a, b), c)).toEqual(unite(a, unite(b, c)));
        expect(unite(a, a)).toEqual(a);
      }),
    );
  });

  it('go by number, not by text', () => {
    const known = unite([{ sequenceNumber: '1000', reason: null }], [{ sequenceNumber: '999', reason: 'conflict' }]);
    expect(known.map(({ sequenceNumber }) => sequenceNumber)).toEqual(['999', '1000']);
  });

  it('are known up to where a lane lags, whatever its neighbour reads meanwhile', () => {
    const of = (first: number, count: number): Verdict[] =>
      Array.from({ length: count }, (_, n) => ({ sequenceNumber: String(first + n), reason: null }));
    const known = takeIn([of(10_000, 500), of(1, 250), of(10_500, 500), of(251, 50), of(11_000, 500)]);
    expect(known.records).toEqual([...of(101, 200), ...of(11_300, 200)]);
  });

  it.each([
    ['of the same deployment and hold count', { deployment: 'a', holdNumber: 3 }, 5, false],
    ['of another deployment do not', { deployment: 'b', holdNumber: 3 }, 0, false],
    ['from before a release do not, and those that follow are out of 200', { deployment: 'a', holdNumber: 4 }, 0, true],
    [
      'from before a release do not, though the deployment is another: that came with its fix',
      { deployment: 'b', holdNumber: 4 },
      0,
      true,
    ],
    ['of a later hold than this instance has seen do', { deployment: 'a', holdNumber: 2 }, 5, false],
  ])('%s', (_, scope, count, full) => {
    const records = Array.from({ length: 5 }, (__, n) => ({ sequenceNumber: String(n + 1), reason: null }));
    const found = within({ deployment: 'a', holdNumber: 3, full: false, records }, scope);
    expect([found.records.length, found.full]).toEqual([count, full]);
  });
});

describe('coded verdicts', () => {
  it('are read as they were written', () => {
    const digits = fc.bigInt({ min: 0n, max: 10n ** 56n });
    const record = fc.tuple(digits, fc.option(fc.constantFrom(...reasons)));
    fc.assert(
      fc.property(fc.array(record, { maxLength: guardedRecords }), (records) => {
        const verdicts = unite(
          records.map(([number, reason]) => ({ sequenceNumber: String(number), reason })),
          [],
        );
        expect(decodeVerdicts(encodeVerdicts(verdicts))).toEqual(verdicts);
      }),
    );
  });

  it('take less than four kilobytes for 200 sequence numbers as Kinesis gives them', () => {
    const first = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;
    const apart = 2_563_809_228_288_747_617_148_378_926_720n;
    const verdicts = Array.from({ length: guardedRecords }, (_, n) => ({
      sequenceNumber: String(first + apart * BigInt(n)),
      reason: n % 2 === 0 ? null : 'broken-rule',
    }));
    expect(encodeVerdicts(verdicts).bytes.length).toBeLessThan(4_000);
  });

  it('that are cut short are refused', () => {
    const { bytes, reasons: names } = encodeVerdicts([{ sequenceNumber: '123456789', reason: 'conflict' }]);
    expect(() => decodeVerdicts({ bytes: bytes.subarray(0, 3), reasons: names })).toThrow(RangeError);
    expect(() => decodeVerdicts({ bytes, reasons: [] })).toThrow(RangeError);
  });
});
