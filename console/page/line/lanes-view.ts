import { createSlots, drawSpark, make, makeSpark, mark, within, write } from '../elements.ts';
import { count, rate, shortCount, span } from '../numbers.ts';
import { areaPath, boxFor, linePath, scaleFromZero } from '../series.ts';
import type { SourceStatus } from '../status.ts';

/** Sources the page has room for before it knows any: none of them pushes the others down. */
const expected = 4;
const spark = { width: 96, height: 24 };
const seconds = 60;
/** A stream is read once a second, and what is read is stored within a fifth of one: twice that is slow. Milliseconds. */
const slow = 2_400;
const late = 10_000;

const cell = (name: string, ...content: readonly (Node | string)[]) =>
  make('td', { class: name }, make('div', { class: 'cell' }, ...content));
const figure = (name: string, unit: string) => [make('b', { class: name }, '–'), make('span', { class: 'unit' }, unit)];

const makeRow = (): HTMLElement =>
  make(
    'tr',
    {},
    make(
      'th',
      { scope: 'row' },
      make('div', { class: 'cell name' }, make('i', { class: 'swatch' }), make('span', {}, '–')),
    ),
    cell('stream', ...figure('arriving', '/s')),
    cell('enrichment', ...figure('lag', 'lag'), make('em', { class: 'held', hidden: '' })),
    cell('store', ...figure('stored', '/s'), makeSpark(spark.width, spark.height), make('span', { class: 'total' })),
  );

const lagLevel = (lagMs: number | null): string | undefined =>
  lagMs === null ? undefined : lagMs >= late ? 'bad' : lagMs >= slow ? 'warn' : undefined;

const fill = (row: HTMLElement, status: SourceStatus): void => {
  const { source, arrivingPerSecond, storedPerSecond, stored, lagMs, history, hold } = status;
  mark(row, 'data-source', source);
  mark(row, 'data-held', hold ? hold.cause : undefined);
  write(within(row, '.name span'), source);
  write(within(row, '.arriving'), rate(arrivingPerSecond));
  const lag = within(row, '.lag');
  write(lag, lagMs === null ? '–' : span(lagMs));
  mark(lag, 'data-level', lagLevel(lagMs));
  const held = within(row, '.held');
  mark(held, 'hidden', hold ? undefined : '');
  write(held, hold ? `held: ${hold.cause}` : '');
  mark(held, 'title', hold?.why);
  write(within(row, '.stored'), rate(storedPerSecond));
  write(within(row, '.total'), shortCount(stored));
  mark(within(row, '.total'), 'title', `${count(stored)} stored since the run began`);
  const [scale, box] = [scaleFromZero(history), boxFor(history, spark, seconds)];
  drawSpark(within(row, '.spark'), linePath(history, box, scale), areaPath(history, box, scale));
};

/** The sources, a row each. */
export const createLanes = (body: HTMLElement) => {
  const slots = createSlots<SourceStatus>(body, makeRow, expected);
  return {
    rows: slots.rows,
    show: (sources: readonly SourceStatus[]): void => slots.show(sources, fill),
  };
};
