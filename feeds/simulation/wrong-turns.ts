import type { WrongKind } from '../wrong/wrong-kind.ts';

/** A source may be wrong this often for each right record, however much or little of the whole is to be: three in seven. */
const share = 3 / 4;
/** What a source may save up: not so much that its wrong ones come in a row. */
const mostSaved = 1.5;

/** Chooses what is to be wrong next. */
export interface WrongTurns {
  /** A right record of a source was made. */
  readonly sawRight: (source: string) => void;
  /** Undefined while every source has had its share. */
  readonly next: () => WrongKind | undefined;
}

/**
 * Every kind in turn, those of a source never closer together than its share: a source of which most is wrong is held
 * (docs/holds.md), and a broadcast partner sends one record where the sensors send hundreds.
 */
export const takeTurns = (kinds: readonly WrongKind[]): WrongTurns => {
  const saved = new Map<string, number>();
  const queue = [...kinds];
  return {
    sawRight: (source) => void saved.set(source, Math.min(mostSaved, (saved.get(source) ?? 0) + share)),
    next: () => {
      const place = queue.findIndex(({ source }) => (saved.get(source) ?? 0) >= 1);
      const [kind] = place < 0 ? [] : queue.splice(place, 1);
      if (!kind) return undefined;
      saved.set(kind.source, (saved.get(kind.source) ?? 0) - 1);
      queue.push(kind);
      return kind;
    },
  };
};
