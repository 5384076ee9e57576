import { hash } from 'node:crypto';
import { eld } from 'eld/extrasmall';

/** What a post says, apart from what it points at. */
export interface PostText {
  /** Without links, tags, mentions, the mark of a repost, and characters that are none. May be empty. */
  readonly text: string;
  /** As they were written, cut ones left out. */
  readonly links: readonly string[];
  /** Without the `#`. */
  readonly tags: readonly string[];
  readonly mentions: number;
  /** Somebody else's words, as their beginning says. */
  readonly repost: boolean;
  /** The same for all posts that say the same, reposts or not; 16 hexadecimal digits. */
  readonly contentId: string;
  /** ISO 639-1, or `und` where it cannot be told. */
  readonly language: string;
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
};
const repostMark = /^\s*RT @\w+:?\s*/;
/** Feeds shorten posts, and so also cut links: `https:/…`. Those are no link, and no text either. */
const anyLink = /https?:\S*/gi;
const wholeLink = /^https?:\/\/[^\s…\p{Co}\p{Cn}\p{Cc}\p{Cs}]+$/iu;
const tag = /#([\p{L}\p{N}_]+)/gu;
const mention = /@\w+/g;
/** Unassigned, private and control characters, halves of pairs: what is left of emoji that were cut on their way. */
const noCharacter = /[\p{Co}\p{Cn}\p{Cc}\p{Cs}\uFFFD]+/gu;

const tidied = (text: string): string => text.replace(noCharacter, ' ').replace(/\s+/g, ' ').trim();

/** Takes a post apart. Never throws: a post may be nothing but a link. */
export const readPost = (original: string): PostText => {
  const decoded = original.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity);
  const repost = repostMark.test(decoded);
  const said = decoded.replace(repostMark, '');
  const withoutLinks = said.replace(anyLink, ' ');
  const text = tidied(withoutLinks.replace(tag, ' ').replace(mention, ' '));
  return {
    text,
    links: (said.match(anyLink) ?? []).filter((link) => wholeLink.test(link)),
    tags: [...withoutLinks.matchAll(tag)].map(([, name = '']) => name),
    mentions: withoutLinks.match(mention)?.length ?? 0,
    repost,
    contentId: hash('sha256', tidied(said).toLowerCase()).slice(0, 16),
    language: languageOf(text),
  };
};

/** Emoji cut to 16 bits end in this block of rare ideographs, and would pass for Chinese. */
const misleading = /[\uF900-\uFAFF]/g;
const fewestLetters = 4;

const languageOf = (text: string): string => {
  const letters = text.replace(misleading, ' ').replace(/[^\p{L}\p{M}'’\s]/gu, ' ');
  if ((letters.match(/\p{L}/gu)?.length ?? 0) < fewestLetters) return 'und';
  const guess = eld.detect(letters);
  return guess.isReliable() ? guess.language : 'und';
};
