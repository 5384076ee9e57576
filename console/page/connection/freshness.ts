/** Messages come several times a second: after this long without one, something stands still. Milliseconds. */
const quietAfter = 3_000;

/** Since when nothing has come; undefined while something does. Both milliseconds. */
export const quietFor = (lastAt: number | undefined, now: number): number | undefined =>
  lastAt === undefined || now - lastAt < quietAfter ? undefined : now - lastAt;

/** Whole seconds, so that it changes once a second. */
export const sayQuiet = (what: string, ms: number): string => `No ${what} for ${Math.floor(ms / 1_000)} s`;
