import { byId, byKind, createSlots, make, mark, write } from '../elements.ts';
import { count, span, timeOfDay } from '../numbers.ts';
import type { AccountRow, AccountStatus } from '../status.ts';

const least = 5;
const columns = ['records', 'stored', 'duplicate', 'deadLetter', 'held', 'lost', 'phantom'] as const;

const makeRow = (): HTMLElement =>
  make('tr', {}, make('th', { scope: 'row' }), ...columns.map((name) => make('td', { class: `number ${name}` })));

const fill = (row: HTMLElement, account: AccountRow): void => {
  const [name, ...cells] = row.children as unknown as HTMLElement[];
  if (name) write(name, account.source);
  columns.forEach((column, n) => {
    const cell = cells[n];
    if (!cell) return;
    write(cell, count(account[column]));
    mark(cell, 'data-level', (column === 'lost' || column === 'phantom') && account[column] > 0 ? 'bad' : undefined);
  });
};

const sum = (rows: readonly AccountRow[]): AccountRow =>
  rows.reduce(
    (total, row) => Object.assign(total, Object.fromEntries(columns.map((name) => [name, total[name] + row[name]]))),
    { source: 'all', records: 0, stored: 0, duplicate: 0, deadLetter: 0, held: 0, lost: 0, phantom: 0 },
  );

const verdict = (state: string, words: string): void => {
  mark(byId('verdict'), 'data-verdict', state);
  write(byId('verdict'), words);
};

/** The last account, and a button that asks for one. @param ask - resolves when the answer has been shown */
export const createAccount = (ask: () => Promise<void>) => {
  const slots = createSlots<AccountRow>(byId('ledger'), makeRow, least);
  const button = byKind('take', HTMLButtonElement);
  let asked = false;
  button.addEventListener('click', () => {
    asked = true;
    void ask().finally(() => {
      asked = false;
    });
  });
  return {
    show: ({ taking, last, error }: AccountStatus): void => {
      const busy = taking || asked;
      // Not disabled: the focus would be lost.
      mark(button, 'aria-disabled', busy ? 'true' : undefined);
      write(button, busy ? 'Taking …' : 'Take one');
      if (error !== null) verdict('bad', error);
      else if (last) verdict(last.balances ? 'ok' : 'bad', last.balances ? 'balances' : 'does not balance');
      if (!last) return;
      slots.show([...last.sources, sum(last.sources)], fill);
      const until = `Everything that had arrived by ${timeOfDay(last.until)}, read again from the beginning in ${span(last.tookMs)}.`;
      write(byId('remarks'), [until, ...last.remarks].join(' '));
    },
  };
};
