import { pick, type Random } from './random.ts';
import type { Quote, Trade } from '../sources/market.ts';

/** Twenty symbols and what they cost when a simulation begins. */
const openingPrices: Readonly<Record<string, number>> = {
  'EUR/USD': 1.08,
  'GBP/USD': 1.27,
  'USD/JPY': 151.2,
  'USD/CHF': 0.89,
  'AUD/USD': 0.65,
  'NZD/USD': 0.59,
  'USD/CAD': 1.37,
  'EUR/GBP': 0.85,
  'EUR/JPY': 163.5,
  'XAU/USD': 2_650,
  'XAG/USD': 31.4,
  'BTC/USD': 92_000,
  'ETH/USD': 3_100,
  'SOL/USD': 240,
  'XRP/USD': 1.1,
  'ADA/USD': 0.8,
  'DOGE/USD': 0.39,
  'LTC/USD': 90,
  'DOT/USD': 5.9,
  'LINK/USD': 15.2,
};

export const symbols: readonly string[] = Object.keys(openingPrices);

/** Doubles carry noise in their last digits; venues do not. */
const rounded = (value: number): number => Number(value.toPrecision(8));

/** Makes what happens next on a market. @param occurredAt - microseconds since the epoch */
export interface SimulatedMarket {
  readonly quote: (occurredAt: number) => Quote;
  readonly trade: (occurredAt: number) => Trade;
}

/**
 * Twenty prices on a random walk.
 * @param firstTradeId - larger than those of an earlier run into the same data, which would be taken for conflicts
 */
export const simulateMarket = (random: Random, firstTradeId: number): SimulatedMarket => {
  const prices = new Map(Object.entries(openingPrices));
  let tradeId = firstTradeId;
  const step = (): { readonly symbol: string; readonly mid: number } => {
    const symbol = pick(random, symbols);
    // At most 5 basis points either way; in ratios, so that a price never gets to zero.
    const mid = (prices.get(symbol) ?? 1) * Math.exp((random() - 0.5) * 0.001);
    prices.set(symbol, mid);
    return { symbol, mid };
  };
  return {
    quote: (occurredAt) => {
      const { symbol, mid } = step();
      const half = mid * (0.00002 + random() * 0.0001);
      const volume = Math.round(random() * 50) * 100_000;
      return { symbol, occurredAt, bid: rounded(mid - half), ask: rounded(mid + half), volume };
    },
    trade: (occurredAt) => {
      const { symbol, mid } = step();
      const side = random() < 0.5 ? 'buy' : 'sell';
      return { symbol, occurredAt, tradeId: tradeId++, price: rounded(mid), size: rounded(0.01 + random() * 10), side };
    },
  };
};
