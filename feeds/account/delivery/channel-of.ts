import { hash } from 'node:crypto';
import { familyOfSubject } from './families.ts';

const longest = 50;
const hashLength = 16;

const isPlain = (char: string | undefined): boolean => char !== undefined && /^[A-Za-z0-9]$/.test(char);

/** As channels are documented to be named: a slug stays, `/` is two dashes, what else does not fit stands between three. */
const segmentOf = (name: string): string => {
  const chars = [...name];
  const written = chars.map((char, index) => {
    if (isPlain(char)) return char;
    if ((char === '-' || char === '/') && isPlain(chars[index - 1]) && isPlain(chars[index + 1]))
      return char === '/' ? '--' : '-';
    return `---${char.codePointAt(0)?.toString(16)}---`;
  });
  const whole = written.join('');
  if (whole.length <= longest && whole !== '') return whole;
  return `${whole.slice(0, longest - hashLength - 1)}-${hash('sha256', name, 'hex').slice(0, hashLength)}`;
};

/** A player is named with the match, and its channel is the match's. */
const matchOf = (entity: string): string => (entity.split('/')[0] ?? '').replaceAll('%2F', '/').replaceAll('%25', '%');

/**
 * The one channel in which an event is delivered. The account's own knowledge, as that of families.
 * @returns undefined for a subject of which nothing is delivered
 */
export const channelOf = (subject: string, entity: string): string | undefined => {
  const family = familyOfSubject(subject)?.family;
  if (family === undefined) return undefined;
  return `${family}/${segmentOf(subject === 'sensor-position' ? matchOf(entity) : entity)}`;
};
