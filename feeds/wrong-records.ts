import type { RejectReason } from '../lambdas/shared/errors/platform-error.ts';
import type { Encoder } from '../lambdas/shared/serde/encoder.ts';
import {
  bombed,
  cutDatum,
  falselyCompressed,
  foreign,
  notUtf8,
  strangeSchema,
  trailing,
  truncated,
  withByte,
} from './broken-bytes.ts';
import type { FeedEvent, FeedRecord } from './feed-event.ts';
import { quoteEvent, tradeEvent, type Quote, type Trade } from './sources/market.ts';

/** What a wrong record is made of: nothing in it is wrong yet. */
export interface Material {
  readonly encoder: Encoder;
  /** A quote and a trade that have not been sent. */
  readonly quote: Quote;
  readonly trade: Trade;
  /** A quote that has been. */
  readonly sentQuote: Quote;
}

/** One way in which a producer can be wrong, and why its record is then rejected. */
export interface WrongKind {
  readonly name: string;
  readonly reason: RejectReason;
  readonly make: (material: Material) => FeedRecord;
}

/** Not settings of ours: only so large, and so far away, that no sensible setting takes them. */
const tooManyBytes = 300 * 1024;
const tooManyForMessage = 450 * 1024;
const dayMicros = 86_400_000_000;

const encoded = (encoder: Encoder, { source, subject, partitionKey, event }: FeedEvent): FeedRecord => ({
  source,
  partitionKey,
  data: encoder.encode(subject, event, { compression: 'none' }),
});

const withHeader = (feedEvent: FeedEvent, changed: Partial<FeedEvent['event']['header']>): FeedEvent => ({
  ...feedEvent,
  event: { ...feedEvent.event, header: { ...feedEvent.event.header, ...changed } },
});

const bytes = (name: string, reason: RejectReason, spoil: (frame: Buffer, symbol: string) => Buffer): WrongKind => ({
  name,
  reason,
  make: ({ encoder, quote }) => {
    const record = encoded(encoder, quoteEvent(quote));
    return { ...record, data: spoil(record.data, quote.symbol) };
  },
});

const quote = (name: string, reason: RejectReason, change: (quote: Quote) => Partial<Quote>): WrongKind => ({
  name,
  reason,
  make: ({ encoder, quote }) => encoded(encoder, quoteEvent({ ...quote, ...change(quote) })),
});

const trade = (name: string, change: (trade: Trade) => Partial<Trade>): WrongKind => ({
  name,
  reason: 'broken-rule',
  make: ({ encoder, trade }) => encoded(encoder, tradeEvent({ ...trade, ...change(trade) })),
});

const header = (
  name: string,
  reason: RejectReason,
  change: (quote: Quote) => Partial<FeedEvent['event']['header']>,
): WrongKind => ({
  name,
  reason,
  make: ({ encoder, quote }) => encoded(encoder, withHeader(quoteEvent(quote), change(quote))),
});

/**
 * Every reason that a producer can cause. Two are not here: `too-old`, since the local environment keeps every age,
 * and `refused-by-store`, which a rule should have caught. Nor is the rule against times before 1800: the encoder, as
 * any on the same library, does not write such numbers.
 */
export const wrongKinds: readonly WrongKind[] = [
  bytes('cut within the frame', 'truncated-frame', truncated),
  bytes('not in our framing', 'foreign-frame', foreign),
  bytes('unknown compression byte', 'unknown-compression', (frame) => withByte(frame, 1, 9)),
  bytes('says zlib and is not', 'broken-compression', falselyCompressed),
  bytes('inflates without end', 'decompression-bomb', bombed),
  bytes('schema nobody registered', 'unknown-schema', strangeSchema),
  bytes('cut within the datum', 'undecodable', cutDatum),
  bytes('bytes behind the datum', 'undecodable', trailing),
  bytes('text that is not UTF-8', 'invalid-text', notUtf8),
  quote('U+0000 in text', 'invalid-text', ({ symbol }) => ({ symbol: `${symbol}\u0000` })),
  header('another source', 'wrong-subject', () => ({ source: 'broadcast' })),
  header('no id', 'broken-rule', () => ({ sourceEventId: '' })),
  header('from tomorrow', 'broken-rule', ({ occurredAt }) => ({ occurredAt: occurredAt + dayMicros })),
  quote('no symbol', 'broken-rule', () => ({ symbol: '' })),
  quote('bid zero', 'broken-rule', () => ({ bid: 0 })),
  quote('ask negative', 'broken-rule', ({ ask }) => ({ ask: -ask })),
  quote('bid above ask', 'broken-rule', ({ bid, ask }) => ({ bid: ask, ask: bid })),
  quote('bid not a number', 'broken-rule', () => ({ bid: NaN })),
  quote('volume negative', 'broken-rule', () => ({ volume: -1 })),
  trade('price zero', () => ({ price: 0 })),
  trade('size zero', () => ({ size: 0 })),
  trade('price infinite', () => ({ price: Infinity })),
  quote('too large', 'too-large', ({ symbol }) => ({ symbol: symbol.padEnd(tooManyBytes, 'x') })),
  quote('too large to be parked in a message', 'too-large', ({ symbol }) => ({
    symbol: symbol.padEnd(tooManyForMessage, 'x'),
  })),
  {
    name: 'same key, other content',
    reason: 'conflict',
    make: ({ encoder, sentQuote }) => encoded(encoder, quoteEvent({ ...sentQuote, volume: sentQuote.volume + 1 })),
  },
];
