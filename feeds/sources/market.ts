import { partitionKeyOf, type FeedEvent } from '../feed-event.ts';
import { choiceOf, epochSecondsOf, numberOf, textOf, timeOf, wholeNumberOf, type Row } from '../row.ts';

export interface Quote {
  readonly symbol: string;
  /** Microseconds since the epoch. */
  readonly occurredAt: number;
  readonly bid: number;
  readonly ask: number;
  readonly volume: number;
}

export interface Trade {
  readonly symbol: string;
  readonly occurredAt: number;
  /** Unique per symbol. */
  readonly tradeId: number;
  readonly price: number;
  readonly size: number;
  readonly side: 'buy' | 'sell';
}

const source = 'market';

/** A quote has no id of its own: it is what was bid and asked for a symbol at a time, so that a resend is recognized. */
export const quoteEvent = ({ occurredAt, ...body }: Quote): FeedEvent => ({
  source,
  subject: 'market-quote',
  partitionKey: partitionKeyOf(body.symbol),
  event: {
    header: { source, sourceEventId: `quote/${body.symbol}/${occurredAt}/${body.bid}/${body.ask}`, occurredAt },
    ...body,
  },
});

export const tradeEvent = ({ occurredAt, ...body }: Trade): FeedEvent => ({
  source,
  subject: 'market-trade',
  partitionKey: partitionKeyOf(body.symbol),
  event: { header: { source, sourceEventId: `trade/${body.symbol}/${body.tradeId}`, occurredAt }, ...body },
});

/** `{"symbol":"EUR/USD","time":"2020-01-01T17:00:00.065","bid":1.1212,"ask":1.12172,"volume":0.0}` */
export const quoteOfRow = (row: Row): FeedEvent =>
  quoteEvent({
    symbol: textOf(row, 'symbol'),
    occurredAt: timeOf(row, 'time'),
    bid: numberOf(row, 'bid'),
    ask: numberOf(row, 'ask'),
    volume: row['volume'] === undefined ? 0 : numberOf(row, 'volume'),
  });

const sides = new Map([
  ['b', 'buy'],
  ['s', 'sell'],
] as const);

/** `{"symbol":"BTC/USD","trade_id":7,"time_s":1577898000.25,"price":7200.5,"size":0.1,"side":"b"}` */
export const tradeOfRow = (row: Row): FeedEvent =>
  tradeEvent({
    symbol: textOf(row, 'symbol'),
    occurredAt: epochSecondsOf(row, 'time_s'),
    tradeId: wholeNumberOf(row, 'trade_id'),
    price: numberOf(row, 'price'),
    size: numberOf(row, 'size'),
    side: choiceOf(row, 'side', sides),
  });
