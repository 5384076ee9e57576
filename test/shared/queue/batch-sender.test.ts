import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBatchSender, cutBatches } from '../../../lambdas/shared/queue/batch-sender.ts';

describe('cutting bodies into calls', () => {
  it('keeps order, at most ten and one million bytes a call, and a call only exceeds that alone', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 1_200_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const entries = lengths.map((length, n) => ({ n, body: 'x'.repeat(length) }));
        const batches = cutBatches(entries);
        expect(batches.flat()).toEqual(entries);
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(10);
          const bytes = batch.reduce((sum, { body }) => sum + body.length, 0);
          expect(bytes <= 1_000_000 || batch.length === 1).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('counts bytes, not characters', () => {
    const body = 'é'.repeat(300_000);
    expect(cutBatches([{ body }, { body }]).length).toBe(2);
  });
});

describe('a batch sender', () => {
  it('sends together what is asked for together', async () => {
    const calls: number[] = [];
    const send = createBatchSender(async (bodies) => {
      calls.push(bodies.length);
      return bodies.map(() => undefined);
    });
    await Promise.all(Array.from({ length: 25 }, (_, n) => send(String(n))));
    expect(calls).toEqual([10, 10, 5]);
  });

  it('tells each caller of its own failure', async () => {
    const send = createBatchSender(async (bodies) =>
      bodies.map((body) => (body === 'bad' ? new Error('not taken') : undefined)),
    );
    const settled = await Promise.allSettled([send('good'), send('bad')]);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('tells every caller of a call that failed as a whole', async () => {
    const send = createBatchSender(async () => {
      throw new Error('queue down');
    });
    await expect(Promise.all([send('a'), send('b')])).rejects.toThrow('queue down');
  });
});
