import { byId, byKind, createSlots, make, write } from '../elements.ts';
import { bytes, timeOfDay } from '../numbers.ts';
import type { Letter } from './letter-answers.ts';
import { letterBody } from './letter-view.ts';

const rows = 9;
const lookEveryMs = 3_000;

/** Reads from the public API. @throws Error where it does not answer, saying why */
export type ReadApi = (path: string) => Promise<unknown>;

/** An id has slashes in it, and stands in the path with them. */
const pathOf = (id: string): string => id.split('/').map(encodeURIComponent).join('/');

const makeRow = (): HTMLElement =>
  make(
    'tr',
    {},
    make('td', { class: 'when' }),
    make('td'),
    make('td', {}, make('button', { type: 'button', class: 'open' })),
    make('td', { class: 'wide' }),
    make('td', { class: 'number' }),
  );

const fill = (row: HTMLElement, { id, source, reason, message, failedAt, size }: Letter): void => {
  const [when, from, why, what, weight] = row.children as unknown as HTMLElement[];
  const open = why?.firstElementChild;
  if (!when || !from || !open || !what || !weight) return;
  row.dataset['id'] = id;
  write(when, timeOfDay(Date.parse(failedAt)));
  write(from, source);
  write(open, reason);
  open.setAttribute('aria-label', `Open the dead letter ${reason} of ${source}, ${timeOfDay(Date.parse(failedAt))}`);
  write(what, message);
  write(weight, bytes(size));
};

/** The newest dead letters, and one of them opened. While somebody points at them or is in them, they stay. */
export const createLetters = (read: ReadApi) => {
  const body = byId('mail');
  const slots = createSlots<Letter>(body, makeRow, rows);
  const choice = byKind('letters-source', HTMLSelectElement);
  const dialog = byKind('letter', HTMLDialogElement);
  let known: readonly Letter[] = [];
  let looking = false;

  const look = async (): Promise<void> => {
    if (looking || document.hidden) return;
    looking = true;
    try {
      const source = choice.value === '' ? '' : `&source=${encodeURIComponent(choice.value)}`;
      const answer = (await read(`/v1/dead-letters?limit=${rows}${source}`)) as {
        readonly deadLetters: readonly Letter[];
      };
      if (!body.matches(':hover, :focus-within') || known.length === 0) {
        known = answer.deadLetters.slice(0, rows);
        slots.show(known, fill);
      }
      write(byId('letters-note'), known.length === 0 ? 'None.' : 'Newest first; open one by its reason.');
    } catch (error) {
      write(byId('letters-note'), `Cannot be read: ${(error as Error).message}`);
    } finally {
      looking = false;
    }
  };
  const open = async (id: string): Promise<void> => {
    const summary = known.find((letter) => letter.id === id);
    const place = byId('letter-body');
    write(byId('letter-title'), summary ? summary.reason : 'Dead letter');
    place.replaceChildren(make('p', { class: 'note' }, 'Opening …'));
    dialog.showModal();
    try {
      place.replaceChildren(...letterBody((await read(`/v1/dead-letters/${pathOf(id)}`)) as Letter));
    } catch (error) {
      place.replaceChildren(
        make('p', { class: 'note', role: 'alert' }, `It cannot be opened: ${(error as Error).message}`),
      );
    }
  };
  body.addEventListener('click', ({ target }) => {
    const id = (target as Element).closest('tr')?.dataset['id'];
    if (id !== undefined && (target as Element).closest('tr:not([data-empty])')) void open(id);
  });
  // Beside the sheet is outside.
  dialog.addEventListener('click', ({ target }) => {
    if (target === dialog) dialog.close();
  });
  choice.addEventListener('change', () => {
    known = [];
    void look();
  });
  return {
    begin: (): void => {
      void look();
      setInterval(() => void look(), lookEveryMs);
    },
    /** The sources that can be chosen. */
    sources: (names: readonly string[]): void => {
      for (const name of names.slice(choice.options.length - 1)) choice.append(make('option', { value: name }, name));
    },
  };
};
