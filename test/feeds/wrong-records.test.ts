import { describe, expect, it } from 'vitest';
import { createIdentify } from '../../feeds/account/identify.ts';
import { notUtf8 } from '../../feeds/broken-bytes.ts';
import { quoteEvent, type Quote, type Trade } from '../../feeds/sources/market.ts';
import { wrongKinds, type Material } from '../../feeds/wrong-records.ts';
import { checkHeader } from '../../lambdas/enrichment/rules.ts';
import { source as market } from '../../lambdas/enrichment/sources/market.ts';
import { RejectedRecordError, rejectReasons } from '../../lambdas/shared/errors/platform-error.ts';
import { createDecoder } from '../../lambdas/shared/serde/decoder.ts';
import { encoder, schemaIds } from './support/encoder.ts';
import { emptyRegistry } from './support/empty-registry.ts';

const now = Date.UTC(2026, 10, 21, 9);
const micros = now * 1000;
const quote: Quote = { symbol: 'EUR/USD', occurredAt: micros, bid: 1.1, ask: 1.2, volume: 5 };
const trade: Trade = { symbol: 'BTC/USD', occurredAt: micros, tradeId: 7, price: 9, size: 2, side: 'buy' };
const material: Material = { encoder, quote, trade, sentQuote: { ...quote, occurredAt: micros - 1 } };

/** The way of a record up to the store, with what the local environment allows. */
const judge = async (bytes: Buffer): Promise<string> => {
  const decoder = createDecoder({
    subjects: Object.keys(market.enrichers),
    schemaIds,
    registry: { find: () => Promise.resolve({ status: 'unknown' }) },
    maxRecordBytes: 256 * 1024,
    maxInflatedBytes: 1024 * 1024,
    now: () => now,
  });
  const [event] = await decoder.decodeBatch([{ bytes, arrivedAt: now - 10_000 }]);
  if (!event) throw new Error('a result for every record was expected');
  if (event instanceof Error) return event.reason;
  try {
    checkHeader(event.header, { source: 'market', maxFutureSeconds: 300, horizonDays: undefined }, now);
    market.enrichers[event.subject]?.(event);
    return 'right';
  } catch (error) {
    if (error instanceof RejectedRecordError) return error.reason;
    throw error;
  }
};

describe('a record that is wrong on purpose', () => {
  it.each(wrongKinds.filter(({ reason }) => reason !== 'conflict'))('($name) is rejected: $reason', async (kind) => {
    await expect(judge(kind.make(material).data)).resolves.toBe(kind.reason);
  });

  it('in conflict is right by itself, and has the key of one that was sent and other content', async () => {
    const kind = wrongKinds.find(({ reason }) => reason === 'conflict');
    const conflict = kind?.make(material).data ?? Buffer.alloc(0);
    const { subject, event } = quoteEvent(material.sentQuote);
    const sent = encoder.encode(subject, event, { compression: 'none' });
    await expect(judge(conflict)).resolves.toBe('right');
    const [one, other] = await createIdentify(
      schemaIds,
      emptyRegistry,
    )([sent, conflict].map((bytes) => ({ bytes, arrivedAt: now, sequenceNumber: '1' })));
    expect({ ...other, bodyHash: one?.bodyHash }).toEqual(one);
    expect(other?.bodyHash).not.toBe(one?.bodyHash);
  });

  it('is wrong for every reason that a producer can cause', () => {
    const caused = new Set(wrongKinds.map(({ reason }) => reason));
    expect(rejectReasons.filter((reason) => !caused.has(reason))).toEqual(['too-old', 'refused-by-store']);
  });

  it('goes to the stream of its source under a key that Kinesis takes', () => {
    for (const kind of wrongKinds) {
      const { source, partitionKey } = kind.make(material);
      expect(source).toBe('market');
      expect(partitionKey.length).toBeGreaterThan(0);
      expect(partitionKey.length).toBeLessThanOrEqual(256);
    }
  });

  it('cannot be made from text that is not there', () => {
    expect(() => notUtf8(Buffer.from('abc'), 'xyz')).toThrow('does not hold "xyz"');
  });
});
