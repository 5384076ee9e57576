import { describe, expect, it } from 'vitest';
import { enrichQuote, enrichTrade } from '../../lambdas/enrichment/sources/market.ts';
import { quote, trade } from '../support/events.ts';
import { rejection } from '../support/rejection.ts';

describe('a market quote', () => {
  it('gets its mid, and its spread in basis points of the mid', () => {
    const { body, entity, measures } = enrichQuote(quote({ bid: 1.1, ask: 1.2 }));
    expect(entity).toBe('EUR/USD');
    expect(body['mid']).toBeCloseTo(1.15, 12);
    expect(body['spreadBps']).toBeCloseTo((0.1 / 1.15) * 10_000, 9);
    expect(measures).toEqual([{ series: 'market.mid:EUR/USD', value: body['mid'], weight: 1 }]);
  });

  it('is delivered as the latest of its symbol, once a second at most', () => {
    expect(enrichQuote(quote()).message).toEqual({
      channel: 'market/quotes/EUR--USD',
      delivery: 'latest',
      perSecond: 1,
      expiresAfterSeconds: 300,
    });
  });

  it('may have no spread and no volume', () => {
    expect(enrichQuote(quote({ bid: 1.5, ask: 1.5, volume: 0 })).body['spreadBps']).toBe(0);
  });

  it.each([
    ['bid', { bid: 0 }, /^bid: must be a number above zero, from 1e-100 to 1e15, is zero$/],
    ['bid', { bid: -1 }, /^bid: .*, is a negative number$/],
    ['bid', { bid: Number.NaN }, /^bid: .*, is a number that is not finite$/],
    ['ask', { ask: 0 }, /^ask: must be a number above zero/],
    ['ask', { ask: Number.POSITIVE_INFINITY }, /^ask: .* not finite$/],
    ['bid', { bid: 1.3, ask: 1.2 }, /^bid: must be at most the ask/],
    ['volume', { volume: -0.1 }, /^volume: must be a number, zero or above/],
    ['symbol', { symbol: '' }, /^symbol: must be text/],
    ['symbol', { symbol: 7 }, /^symbol: must be text .*, is a positive number$/],
    ['bid', { bid: 1.1e15, ask: 1.2e15 }, /^bid: must be a number above zero, from 1e-100 to 1e15/],
    ['volume', { volume: 9.1e15 }, /^volume: /],
  ])('breaks a rule in %s with %o, and the message names both but never the value', (field, body, message) => {
    const error = rejection(() => enrichQuote(quote(body)));
    expect(error.reason).toBe('broken-rule');
    expect(error.details).toEqual({ field });
    expect(error.message).toMatch(message);
  });
});

describe('a market trade', () => {
  it('counts in the mean of its price by its size', () => {
    const { body, measures } = enrichTrade(trade({ price: 100, size: 2 }));
    expect(measures).toEqual([{ series: 'market.price:BTC/USD', value: 100, weight: 2 }]);
    expect(body['notional']).toBe(200);
  });

  it.each([
    ['price', { price: 0 }],
    ['size', { size: 0 }],
    ['size', { size: -2 }],
    ['notional', { price: 1e10, size: 1e10 }],
  ])('breaks a rule in %s with %o', (field, body) => {
    expect(rejection(() => enrichTrade(trade(body))).details).toEqual({ field });
  });
});
