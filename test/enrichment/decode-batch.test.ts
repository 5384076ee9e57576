import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../lambdas/enrichment/decode-batch.ts';
import { RejectedRecordError, UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import { createResilient, type Resilient } from '../../lambdas/shared/resilience/retry.ts';
import type { DecodedEvent, Decoder } from '../../lambdas/shared/serde/decoder.ts';
import { quote, record } from '../support/events.ts';

const resilient = (maxRetries: number): Resilient =>
  createResilient(
    { deadline: Date.now() + 10_000, maxRetries, attemptTimeoutMs: 1_000, now: Date.now },
    () => true,
    () => {},
  );

const waits = new UnavailableError('schema', 'not known yet');
const reject = new RejectedRecordError('undecodable', 'decode', 'not Avro');

/** Answers the n-th call with the n-th list, and remembers how many records each call had. */
const decoderOf = (...answers: (DecodedEvent | UnavailableError | RejectedRecordError)[][]) => {
  const sizes: number[] = [];
  const decoder: Decoder = {
    decodeBatch: async (records) => {
      sizes.push(records.length);
      return answers[sizes.length - 1] ?? records.map(() => waits);
    },
  };
  return { decoder, sizes };
};

describe('decoding a batch', () => {
  it('decodes again only what waits, and keeps the order', async () => {
    const { decoder, sizes } = decoderOf([quote(), waits, reject, waits], [waits, quote()], [quote()]);
    const results = await decodeBatch(
      decoder,
      [0, 1, 2, 3].map((n) => record(n)),
      resilient(5),
    );
    expect(sizes).toEqual([4, 2, 1]);
    expect(results.map((result) => (result instanceof Error ? result.name : 'decoded'))).toEqual([
      'decoded',
      'decoded',
      'RejectedRecordError',
      'decoded',
    ]);
  });

  it('answers what still waits at the end of its attempts', async () => {
    const { decoder, sizes } = decoderOf([quote(), waits]);
    const results = await decodeBatch(decoder, [record(0), record(1)], resilient(2));
    expect(sizes).toEqual([2, 1, 1]);
    expect(results[1]).toBe(waits);
  });

  it.each([
    ['in the middle of it', 60],
    ['before it began', -1],
  ])('answers what waits when the time is over %s: an outage is no crash', async (_, leftMs) => {
    const outOfTime = createResilient(
      { deadline: Date.now() + leftMs, maxRetries: 1_000, attemptTimeoutMs: 1_000, now: Date.now },
      () => true,
      () => {},
    );
    const { decoder } = decoderOf();
    const results = await decodeBatch(decoder, [record(0), record(1)], outOfTime);
    expect(results).toHaveLength(2);
    expect(results.map((result) => result instanceof UnavailableError)).toEqual([true, true]);
  });

  it('lets a bug through', async () => {
    const decoder: Decoder = {
      decodeBatch: async () => {
        throw new TypeError('a bug');
      },
    };
    await expect(decodeBatch(decoder, [record(0)], resilient(0))).rejects.toThrow('a bug');
  });
});
