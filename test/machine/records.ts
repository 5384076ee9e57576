import type { SourceDefinition } from '../../lambdas/enrichment/source.ts';
import { enrichQuote, enrichTrade } from '../../lambdas/enrichment/sources/market.ts';
import { encoder } from '../feeds/support/encoder.ts';
import { morning } from '../support/events.ts';

/** What a record of a scenario is. The same `key` is the same event id; with the same `content`, the same event. */
export type RecordSpec =
  | { readonly kind: 'quote' | 'trade'; readonly key: number; readonly content: number }
  | { readonly kind: 'undecodable' | 'broken-rule' | 'unknown-schema' }
  /** The process that enriches it throws, always. */
  | { readonly kind: 'crash' };

/** A producer sends what is about one thing to one shard, so ids of two shards never meet. */
export const idOf = (shard: number, key: number): string => `s${shard}-${key}`;
export const symbolOf = (key: number, content: number): string => `SYM${(key + content) % 3}`;
/** Microseconds; half an hour, so that windows differ. A resend keeps it, another content may have another. */
export const occurredAtOf = (key: number, content: number): number => morning + key * 900_000 + content * 1_300_000;
/** What doubles add up exactly. */
export const priceOf = (key: number, content: number): number => 1 + key / 4 + content;

/** A producer gives an event the same partition key whenever it sends it, so that its records meet in one lane. */
export const partitionKeyOf = (spec: RecordSpec, n: number): string => `p${('key' in spec ? spec.key : n) % 4}`;

const header = (shard: number, key: number, content: number) => ({
  source: 'market',
  sourceEventId: idOf(shard, key),
  occurredAt: occurredAtOf(key, content),
});

const quoteBytes = (shard: number, key: number, content: number, ask = priceOf(key, content)): Buffer =>
  encoder.encode(
    'market-quote',
    { header: header(shard, key, content), symbol: symbolOf(key, content), bid: priceOf(key, content), ask },
    { compression: 'none' },
  );

const tradeBytes = (shard: number, key: number, content: number, symbol = symbolOf(key, content)): Buffer =>
  encoder.encode(
    'market-trade',
    { header: header(shard, key, content), symbol, tradeId: key, price: priceOf(key, content), size: 2, side: 'buy' },
    { compression: 'none' },
  );

const crashing = 'CRASH';
const elsewhere = 900;

/** @param n - of the record in its shard: what is wrong has an id of its own */
export const bytesOf = (spec: RecordSpec, shard: number, n: number): Buffer => {
  switch (spec.kind) {
    case 'quote':
      return quoteBytes(shard, spec.key, spec.content);
    case 'trade':
      return tradeBytes(shard, spec.key, spec.content);
    case 'broken-rule':
      return quoteBytes(shard, elsewhere + n, 0, 0.5);
    case 'undecodable':
      return tradeBytes(shard, elsewhere + n, 0).subarray(0, -3);
    case 'unknown-schema':
      return Buffer.from(quoteBytes(shard, elsewhere + n, 0)).fill(0xee, 2, 18); // the id of the schema
    default:
      return tradeBytes(shard, elsewhere + n, 0, crashing);
  }
};

/**
 * The market's own enrichers. Trades are delivered each, so that a scenario has both kinds of delivery; quotes share a
 * channel, so that it matters of which entity the latest is.
 */
export const source: SourceDefinition = {
  enrichers: {
    'market-quote': (event) => ({
      ...enrichQuote(event),
      message: { channel: 'market/quotes', delivery: 'latest', perSecond: 5, expiresAfterSeconds: 300 },
    }),
    'market-trade': (event) => {
      if (event.body['symbol'] === crashing) throw new TypeError('a bug that this record alone meets');
      return { ...enrichTrade(event), message: { channel: 'market/trades', delivery: 'each' } };
    },
  },
  windowSpans: [2, 300],
};
