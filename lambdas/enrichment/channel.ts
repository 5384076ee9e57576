import { createHash } from 'node:crypto';

/**
 * How old a message may be when its turn comes, since its event's arrival. Half a day of `each` is a match and the
 * evening after it; what was the latest five minutes ago tells nobody where a player is. Seconds.
 */
export const expiresAfterSeconds = { each: 12 * 3600, latest: 300 } as const;

const longest = 50;

/** A dash or a slash that stands between letters or digits, else whatever is neither letter nor digit. */
const notPlain = /(?<=[A-Za-z0-9])(?<between>[-/])(?=[A-Za-z0-9])|[^A-Za-z0-9]/gu;

/**
 * A channel segment for a name: letters, digits and dashes, 1 to 50 characters (AppSync Events), and different names
 * get different segments. A slug stays as it is, `/` becomes two dashes; what else does not fit is escaped between
 * three, and a long result ends in a hash.
 */
export const segment = (name: string): string => {
  const escaped = name.replaceAll(notPlain, (char, between: string | undefined) => {
    if (between !== undefined) return between === '-' ? '-' : '--';
    return `---${char.codePointAt(0)?.toString(16)}---`;
  });
  if (escaped.length <= longest && escaped.length > 0) return escaped;
  return `${escaped.slice(0, longest - 17)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
};
