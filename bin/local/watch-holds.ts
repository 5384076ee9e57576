import type { StandingHold } from './catch-up.ts';

export interface HoldsToWatch {
  /** @throws Error where the table does not answer, as in a fault of it */
  readonly holds: () => Promise<readonly StandingHold[]>;
  readonly say: (line: string) => void;
}

export interface HoldWatch {
  /** Looks once; what was seen last stands while the table does not answer. One look at a time. */
  readonly look: () => Promise<void>;
  /** Cause by source, as last seen. */
  readonly standing: () => ReadonlyMap<string, string>;
}

/** Tells of holds as they come and go. */
export const watchHolds = ({ holds, say }: HoldsToWatch): HoldWatch => {
  let standing: ReadonlyMap<string, string> = new Map();
  let looking = false;
  const look = async (): Promise<void> => {
    const seen = new Map((await holds()).map(({ source, cause }) => [source, cause]));
    for (const [source, cause] of seen)
      if (standing.get(source) !== cause)
        say(`${source} is held: ${cause}. npm run ops -- hold list ${source} tells why`);
    for (const source of standing.keys()) if (!seen.has(source)) say(`${source} is no longer held`);
    standing = seen;
  };
  return {
    look: async () => {
      if (looking) return;
      looking = true;
      // It is only for a person to see: what cannot be looked at now is looked at in a second.
      await look()
        .catch(() => {})
        .finally(() => {
          looking = false;
        });
    },
    standing: () => standing,
  };
};
