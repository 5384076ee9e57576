import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutCalls } from '../../../lambdas/shared/stream/put-records-limits.ts';

const mebibyte = 1024 * 1024;

describe('cutting records into calls', () => {
  it('keeps order, at most 500 and 5 MiB with the keys, and a call only exceeds that alone', () => {
    const sizes = fc.array(fc.oneof(fc.constantFrom(1, 10), fc.nat(6 * mebibyte)), { maxLength: 30 });
    const data = Buffer.alloc(6 * mebibyte);
    fc.assert(
      fc.property(sizes, fc.constantFrom(1, 400), (lengths, times) => {
        const records = lengths.flatMap((length, n) =>
          Array.from({ length: length <= 10 ? times : 1 }, () => ({
            partitionKey: `é${n}`,
            data: data.subarray(0, length),
          })),
        );
        const calls = cutCalls(records);
        expect(calls.flat()).toEqual(records);
        for (const call of calls) {
          expect(call.length).toBeLessThanOrEqual(500);
          const bytes = call.reduce((sum, each) => sum + each.data.length + Buffer.byteLength(each.partitionKey), 0);
          expect(bytes <= 5 * mebibyte || call.length === 1).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('makes no call of nothing, and no more than it must', () => {
    expect(cutCalls([])).toEqual([]);
    const record = { partitionKey: 'k', data: Buffer.alloc(1) };
    expect(cutCalls(Array.from({ length: 1_001 }, () => record)).map((call) => call.length)).toEqual([500, 500, 1]);
  });
});
