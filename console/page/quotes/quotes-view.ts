import { byId, createSlots, drawSpark, make, makeSpark, mark, write } from '../elements.ts';
import type { Message } from '../messages.ts';
import { basisPoints, price } from '../numbers.ts';
import { areaPath, boxFor, linePath, scaleOf } from '../series.ts';
import { createBoard, minuteOfQuotes, type Quote } from './board.ts';

const spark = { width: 110, height: 22 };
/** As many as the simulation has; a board of fewer leaves them empty. */
const least = 12;

const makeRow = (): HTMLElement =>
  make(
    'tr',
    {},
    make('th', { scope: 'row' }),
    make('td', { class: 'number mid' }),
    make('td', { class: 'number change' }),
    make('td', { class: 'number spread' }),
    make('td', {}, makeSpark(spark.width, spark.height)),
  );

const wayOf = (change: number): string => (Math.abs(change) < 0.000005 ? 'none' : change > 0 ? 'up' : 'down');

const fill = (row: HTMLElement, { symbol, mid, spreadBps, change, mids: { values } }: Quote): void => {
  const [name, midCell, changeCell, spreadCell, sparkCell] = row.children as unknown as HTMLElement[];
  if (!name || !midCell || !changeCell || !spreadCell || !sparkCell?.firstElementChild) return;
  write(name, symbol);
  write(midCell, price(mid));
  write(changeCell, basisPoints(change));
  mark(row, 'data-way', wayOf(change));
  write(spreadCell, spreadBps.toFixed(2));
  const [scale, box] = [scaleOf(values), boxFor(values, spark, minuteOfQuotes)];
  drawSpark(sparkCell.firstElementChild, linePath(values, box, scale), areaPath(values, box, scale));
};

/** The board of quotes; what has changed is drawn once a frame. */
export const createQuotes = () => {
  const board = createBoard();
  const slots = createSlots<Quote>(byId('board'), makeRow, least);
  let changed = new Set<string>();
  let shown = 0;
  return {
    add: (message: Message): void => {
      for (const symbol of board.add(message)) changed.add(symbol);
    },
    draw: (): void => {
      if (changed.size === 0) return;
      const quotes = board.list();
      const all = quotes.length !== shown;
      slots.show(quotes, (row, quote) => {
        if (all || changed.has(quote.symbol)) fill(row, quote);
      });
      shown = quotes.length;
      write(byId('quotes-note'), `${shown} symbols · basis points`);
      changed = new Set();
    },
  };
};
