import { make } from './elements.ts';

export interface Rolling<T> {
  /** Newest last. */
  readonly add: (items: readonly T[]) => void;
}

const place = (entry: HTMLElement, n: number): void => entry.style.setProperty('--at', String(n));

/**
 * A list into whose top new entries roll. Entries are as high as each other and are moved, never laid out anew. While
 * somebody points at it or is in it, nothing rolls: what comes meanwhile waits, as far as it would be shown.
 * @param most - entries that are shown
 */
export const createRolling = <T>(
  list: HTMLElement,
  most: number,
  makeEntry: (item: T) => readonly (Node | string)[],
): Rolling<T> => {
  const shown: HTMLElement[] = [];
  let waiting: T[] = [];
  let scheduled = false;

  const isRead = (): boolean => list.matches(':hover, :focus-within');
  const roll = (): void => {
    scheduled = false;
    if (isRead()) return;
    for (const item of waiting.slice(-most)) {
      const entry = make('li', {}, ...makeEntry(item));
      shown.unshift(entry);
      list.prepend(entry);
    }
    waiting = [];
    for (const gone of shown.splice(most)) gone.remove();
    shown.forEach(place);
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(roll);
  };
  list.addEventListener('pointerleave', schedule);
  list.addEventListener('focusout', schedule);
  return {
    add: (items) => {
      if (items.length === 0) return;
      waiting = [...waiting, ...items].slice(-most);
      schedule();
    },
  };
};
