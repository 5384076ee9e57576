import { numberIn, textIn, type Message } from '../messages.ts';
import { createSeries, type Series } from '../series.ts';

/** One symbol on the board. */
export interface Quote {
  readonly symbol: string;
  readonly mid: number;
  readonly spreadBps: number;
  /** Since the page saw it first, as a share of the price it had then. */
  readonly change: number;
  readonly mids: Series;
}

export const minuteOfQuotes = 60;
/** More symbols than anybody looks at; a feed that invents them must not fill the memory. */
const mostSymbols = 200;

/** Keeps the newest quote of every symbol. */
export const createBoard = () => {
  const quotes = new Map<string, Quote & { readonly first: number; readonly at: string }>();
  return {
    /** In the order in which they first came, by name. */
    list: (): readonly Quote[] => [...quotes.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    /** @returns the symbols that have changed */
    add: ({ events }: Message): readonly string[] =>
      events.flatMap(({ body, occurredAt }) => {
        const [symbol, mid, spreadBps] = [textIn(body, 'symbol'), numberIn(body, 'mid'), numberIn(body, 'spreadBps')];
        if (symbol === undefined || mid === undefined || spreadBps === undefined) return [];
        const known = quotes.get(symbol);
        if (known ? occurredAt <= known.at : quotes.size >= mostSymbols) return [];
        const first = known?.first ?? mid;
        const mids = known?.mids ?? createSeries(minuteOfQuotes);
        mids.add(mid);
        quotes.set(symbol, { symbol, mid, spreadBps, change: mid / first - 1, mids, first, at: occurredAt });
        return [symbol];
      }),
  };
};
