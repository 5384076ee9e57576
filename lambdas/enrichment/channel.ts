import { createHash } from 'node:crypto';

const longest = 50;

/**
 * A channel segment for a name: letters, digits and dashes, 1 to 50 characters (AppSync Events), and different names
 * get different segments. `/` becomes a dash; what else does not fit is escaped, and a long result ends in a hash.
 */
export const segment = (name: string): string => {
  const escaped = name.replaceAll(/\/(?=[A-Za-z0-9])|[^A-Za-z0-9]/gu, (char, at: number) =>
    char === '/' && at > 0 ? '-' : `--${char.codePointAt(0)?.toString(16)}--`,
  );
  if (escaped.length <= longest && escaped.length > 0) return escaped;
  return `${escaped.slice(0, longest - 17)}-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
};
