import { hash } from 'node:crypto';
import { languageOf } from './post-language.ts';

/** What a post says, apart from what it points at. */
export interface PostText {
  /** Without links, tags, mentions, the mark of a repost, and characters that are none. May be empty. */
  readonly text: string;
  /** As they were written, without punctuation behind them; cut ones left out. */
  readonly links: readonly string[];
  /** Without the `#`. */
  readonly tags: readonly string[];
  readonly mentions: number;
  /** Somebody else's words, as their beginning says. */
  readonly repost: boolean;
  /** The same for all posts that say the same, reposts or not, and for all that only mention; 16 hexadecimal digits. */
  readonly contentId: string;
  /** ISO 639-1, or `und` where it cannot be told. */
  readonly language: string;
}

const entity = /&(?:(?<name>lt|gt|quot|apos|amp|nbsp)|#(?<decimal>\d{1,7})|#x(?<hex>[\da-f]{1,6}));/gi;
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&', nbsp: ' ' };
const lastCodePoint = 0x10ffff;

/**
 * Unassigned, private and control characters and halves of pairs: what is left of emoji that were cut on their way.
 * Cut to 16 bits they also end in U+F900-FAFF, a block of ideographs that nobody writes, and would pass for Chinese.
 */
const noCharacter = /[\p{Co}\p{Cn}\p{Cc}\p{Cs}\uFFFD\uF900-\uFAFF]+/gu;
/** In text whose spaces are single ones. */
const repostMark = /^(?<quote>["'“”„‘«]?) ?RT @\w+:? ?/u;
const closingQuote = /["'”“’»]$/u;
/** Feeds shorten posts, and so also cut links: `https:/…`. Those are no link, and no text either. */
const anyLink = /https?:\S*/gi;
const wholeLink = /^https?:\/\/[^…]+$/i;
/** Punctuation behind a link is the sentence's. A closing bracket is the link's where it has an opening one. */
const upToPunctuation = /^.*[\p{L}\p{M}\p{N}/_~#=&%+*$@-]/u;
const upToBracket = /^.*[\p{L}\p{M}\p{N}/_~#=&%+*$@)-]/u;
/** Not within a word or an entity; one may follow another at once. Signs that make an emoji of a digit are no letters. */
const tagRun = /(?<![\p{L}\p{M}\p{N}_\x26])(?:#[[\p{L}\p{M}\p{N}_]--[\uFE0E\uFE0F\u20E3]]+)+/gv;
/** Not within a word, as in an e-mail address. */
const mention = /(?<![\p{L}\p{M}\p{N}_])@\w+/gu;

const decoded = (original: string): string =>
  original.replace(entity, (...match) => {
    const { name, decimal, hex } = match.at(-1) as { name?: string; decimal?: string; hex?: string };
    if (name !== undefined) return named[name.toLowerCase()] ?? '';
    const codePoint = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return codePoint <= lastCodePoint ? String.fromCodePoint(codePoint) : ' ';
  });

const tidied = (text: string): string => text.replace(/\s+/g, ' ').trim();

const linksOf = (said: string): readonly string[] =>
  (said.match(anyLink) ?? [])
    .filter((link) => wholeLink.test(link))
    .map((link) => (link.includes('(') ? upToBracket : upToPunctuation).exec(link)?.[0] ?? '')
    // Nothing but punctuation may have stood behind the slashes.
    .filter((link) => wholeLink.test(link));

/** What the author says, without the mark of a repost and what stands around it. @param whole - tidied */
const saidOf = (whole: string): { readonly said: string; readonly repost: boolean } => {
  const mark = repostMark.exec(whole);
  if (mark === null) return { said: whole, repost: false };
  const said = whole.slice(mark[0].length);
  return { said: mark.groups?.['quote'] ? said.replace(closingQuote, '').trim() : said, repost: true };
};

/** Takes a post apart. Never throws: a post may be nothing but a link. */
export const readPost = (original: string): PostText => {
  const { said, repost } = saidOf(tidied(decoded(original).replace(noCharacter, ' ')));
  const withoutLinks = said.replace(anyLink, ' ');
  const text = tidied(withoutLinks.replace(tagRun, ' ').replace(mention, ' '));
  const onlyMentions = tidied(said.replace(mention, ' ')) === '';
  return {
    text,
    links: linksOf(said),
    tags: (withoutLinks.match(tagRun) ?? []).flatMap((run) => run.slice(1).split('#')),
    mentions: withoutLinks.match(mention)?.length ?? 0,
    repost,
    contentId: hash('sha256', onlyMentions ? '' : said.toLowerCase()).slice(0, 16),
    language: languageOf(text),
  };
};
