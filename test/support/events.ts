import { createHash } from 'node:crypto';
import type { StreamRecord } from '../../lambdas/shared/batch/kinesis.ts';
import type { DecodedEvent, EventHeader } from '../../lambdas/shared/serde/decoder.ts';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import { enrichQuote } from '../../lambdas/enrichment/sources/market.ts';

/** 2026-11-21T08:00:00Z, microseconds. */
export const morning = Date.UTC(2026, 10, 21, 8) * 1000;

export const header = (overrides: Partial<EventHeader> = {}): EventHeader => ({
  source: 'market',
  sourceEventId: 'EUR/USD-1',
  occurredAt: morning,
  correlationId: null,
  traceparent: null,
  priority: 'normal',
  ...overrides,
});

/** A decoded event whose hash follows from its body, as the decoder's does. */
export const decoded = (
  subject: string,
  body: Readonly<Record<string, unknown>>,
  overrides: Partial<EventHeader> = {},
): DecodedEvent => ({
  subject,
  schemaId: 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63',
  version: 1,
  header: header(overrides),
  body,
  bodyHash: createHash('sha256').update(JSON.stringify(body)).digest().subarray(0, 16),
});

export const quote = (
  body: Readonly<Record<string, unknown>> = {},
  overrides: Partial<EventHeader> = {},
): DecodedEvent => decoded('market-quote', { symbol: 'EUR/USD', bid: 1.1, ask: 1.2, volume: 0, ...body }, overrides);

export const trade = (
  body: Readonly<Record<string, unknown>> = {},
  overrides: Partial<EventHeader> = {},
): DecodedEvent =>
  decoded('market-trade', { symbol: 'BTC/USD', tradeId: 1, price: 100, size: 2, side: 'buy', ...body }, overrides);

export const record = (n: number, bytes: Buffer = Buffer.from(`bytes ${n}`)): StreamRecord => ({
  position: { stream: 'millrace-test-market', shard: 'shardId-000000000000', sequenceNumber: String(1000 + n) },
  bytes,
  arrivedAt: morning / 1000 + n,
});

/** A quote on its way into the store, at the n-th position of its shard. */
export const enrichedQuote = (
  n: number,
  body: Readonly<Record<string, unknown>> = {},
  overrides: Partial<EventHeader> = {},
): EnrichedEvent => {
  const event = quote(body, overrides);
  return { ...enrichQuote(event), decoded: event, position: record(n).position, arrivedAt: record(n).arrivedAt };
};
