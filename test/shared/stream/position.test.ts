import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSequence, positionKey } from '../../../lambdas/shared/stream/position.ts';

describe('a stream position', () => {
  it('has one key', () => {
    const position = { stream: 'millrace-test-market', shard: 'shardId-000000000001', sequenceNumber: '4966' };
    expect(positionKey(position)).toBe('millrace-test-market/shardId-000000000001/4966');
  });

  it('is ordered by the number that its sequence number is', () => {
    const digits = fc.bigInt({ min: 0n, max: 10n ** 56n });
    fc.assert(
      fc.property(digits, digits, (a, b) => {
        const order = Math.sign(compareSequence(String(a), String(b)));
        expect(order).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(compareSequence(String(a), String(a))).toBe(0);
      }),
    );
  });
});
