import type { DecodedEvent } from '../../shared/serde/decoder.ts';
import { expiresAfterSeconds, segment } from '../channel.ts';
import type { Enrichment } from '../event.ts';
import { broken, notNegative, positive, text } from '../rules.ts';
import type { SourceDefinition } from '../source.ts';

/** Mid and spread. Spread is in basis points of the mid: (ask − bid) / mid × 10,000. */
export const enrichQuote = ({ body }: DecodedEvent): Enrichment => {
  const symbol = text('symbol', body['symbol'], 100);
  const bid = positive('bid', body['bid']);
  const ask = positive('ask', body['ask']);
  if (bid > ask) broken('bid', 'at most the ask', bid);
  const volume = notNegative('volume', body['volume']);
  const mid = positive('mid', (bid + ask) / 2); // two numbers near the largest double overflow
  return {
    entity: symbol,
    body: { symbol, bid, ask, volume, mid, spreadBps: ((ask - bid) / mid) * 10_000 },
    measures: [{ series: `market.mid:${symbol}`, value: mid, weight: 1 }],
    message: {
      channel: `market/quotes/${segment(symbol)}`,
      delivery: 'latest',
      perSecond: 1,
      expiresAfterSeconds: expiresAfterSeconds.latest,
    },
  };
};

/** A trade counts in its price's mean by its size. */
export const enrichTrade = ({ body }: DecodedEvent): Enrichment => {
  const symbol = text('symbol', body['symbol'], 100);
  const price = positive('price', body['price']);
  const size = positive('size', body['size']);
  const notional = positive('notional', price * size);
  return {
    entity: symbol,
    body: { symbol, tradeId: body['tradeId'], price, size, side: body['side'], notional },
    measures: [{ series: `market.price:${symbol}`, value: price, weight: size }],
    message: {
      channel: `market/trades/${segment(symbol)}`,
      delivery: 'latest',
      perSecond: 1,
      expiresAfterSeconds: expiresAfterSeconds.latest,
    },
  };
};

/** Quotes and trades; their windows are bars of two seconds and five minutes. */
export const source: SourceDefinition = {
  enrichers: { 'market-quote': enrichQuote, 'market-trade': enrichTrade },
  windowSpans: [2, 300],
};
