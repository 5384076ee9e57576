import { eld } from 'eld/extrasmall';

/**
 * Words of two letters, or letters that are not Latin: below both, a text says too little. Hundreds of languages are
 * written in Latin letters, and `HUSKIES WIN` would be Catalan; other scripts tell nearly by themselves, and some have
 * no spaces to count words by.
 */
const fewest = { words: 3, otherLetters: 4 };
/** Names and terms of sport are English in every language, and English ones look foreign: nearly English is unsure. */
const leastAboveEnglish = 0.15;

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

const saysEnough = (letters: string): boolean => {
  const otherLetters = count(letters, /\p{L}/gu) - count(letters, /\p{Script=Latin}/gu);
  return otherLetters >= fewest.otherLetters || count(letters, /\p{L}[\p{L}\p{M}'’]+/gu) >= fewest.words;
};

/** ISO 639-1, or `und` when unsure. Upper and lower case are the same to it. */
export const languageOf = (text: string): string => {
  const letters = text.replace(/[^\p{L}\p{M}'’\s]/gu, ' ');
  if (!saysEnough(letters)) return 'und';
  const guess = eld.detect(letters);
  if (!guess.isReliable()) return 'und';
  const { en = 0, [guess.language]: best = 0 } = guess.getScores();
  return guess.language === 'en' || best >= en + leastAboveEnglish ? guess.language : 'und';
};
