import { byId, byKind, createSlots, make, mark, within, write } from '../elements.ts';
import { count, span, timeOfDay } from '../numbers.ts';
import type { AccountRow, DeliveryRow, LocalStatus, TakenAccount } from '../status.ts';

const least = 5;
const columns = ['records', 'stored', 'duplicate', 'deadLetter', 'held', 'lost', 'phantom'] as const;

const makeRow = (): HTMLElement =>
  make('tr', {}, make('th', { scope: 'row' }), ...columns.map((name) => make('td', { class: `number ${name}` })));

/** A source of which there is no account yet. */
type Empty = Pick<AccountRow, 'source'> & Partial<AccountRow>;

const fill = (row: HTMLElement, account: Empty): void => {
  const [name, ...cells] = row.children as unknown as HTMLElement[];
  if (name) write(name, account.source);
  columns.forEach((column, n) => {
    const cell = cells[n];
    if (!cell) return;
    const figure = account[column];
    write(cell, figure === undefined ? '–' : count(figure));
    const isFault = (column === 'lost' || column === 'phantom') && (figure ?? 0) > 0;
    mark(cell, 'data-level', isFault ? 'bad' : undefined);
  });
};

const sum = (rows: readonly AccountRow[]): AccountRow =>
  rows.reduce(
    (total, row) => Object.assign(total, Object.fromEntries(columns.map((name) => [name, total[name] + row[name]]))),
    { source: 'all', records: 0, stored: 0, duplicate: 0, deadLetter: 0, held: 0, lost: 0, phantom: 0 },
  );

const delivered = [
  ['pushed', undefined],
  ['neverPushed', 'warn'],
  ['repeats', undefined],
  ['differing', 'bad'],
  ['missing', 'bad'],
] as const satisfies readonly (readonly [keyof DeliveryRow, string | undefined])[];

const showDeliveries = (row: DeliveryRow): void => {
  for (const [name, level] of delivered) {
    const place = within(byId('deliveries'), `[data-of=${name}]`);
    write(place, count(row[name]));
    mark(place, 'data-level', row[name] > 0 ? level : undefined);
  }
};

const verdict = (state: string, words: string): void => {
  mark(byId('verdict'), 'data-verdict', state);
  write(byId('verdict'), words);
};

const of = ({ until, tookMs }: TakenAccount): string =>
  `Of everything that had arrived by ${timeOfDay(until)}: records read again from the beginning, messages as the run’s own subscriber has them, in ${span(tookMs)}.`;
const atTheEnd = 'What each message holds is judged when the run ends.';

/** The last account, and a button that asks for one. @param ask - resolves when the answer has been shown */
export const createAccount = (ask: () => Promise<void>) => {
  const slots = createSlots<Empty>(byId('ledger'), makeRow, least);
  const button = byKind('take', HTMLButtonElement);
  let asked = false;
  button.addEventListener('click', () => {
    asked = true;
    void ask().finally(() => {
      asked = false;
    });
  });
  return {
    show: ({ account: { taking, last, error }, sources }: Pick<LocalStatus, 'account' | 'sources'>): void => {
      const busy = taking || asked;
      // Not disabled: the focus would be lost.
      mark(button, 'aria-disabled', busy ? 'true' : undefined);
      write(button, busy ? 'Taking …' : 'Take one');
      if (error !== null) verdict('bad', error);
      else if (last) verdict(last.balances ? 'ok' : 'bad', last.balances ? 'balances' : 'does not balance');
      if (!last)
        return slots.show(
          [...sources, { source: 'all' }].map(({ source }) => ({ source })),
          fill,
        );
      slots.show([...last.sources, sum(last.sources)], fill);
      if (last.deliveries) showDeliveries(last.deliveries);
      write(byId('remarks'), `${of(last)} ${atTheEnd}`);
    },
  };
};
