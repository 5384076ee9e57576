import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPost } from '../../lambdas/enrichment/post-text.ts';

describe('a post', () => {
  it('gives up its links, tags and mentions, and keeps what it says', () => {
    expect(
      readPost('@user What a GAME. &amp; more \n\n#MarchMadness #HookEm \u2764 https://t.co/zlobReLW3s'),
    ).toMatchObject({
      text: 'What a GAME. & more \u2764',
      links: ['https://t.co/zlobReLW3s'],
      tags: ['MarchMadness', 'HookEm'],
      mentions: 1,
      repost: false,
    });
  });

  it('is a repost by its beginning, and says the same as what it repeats', () => {
    const original = readPost('More work to be done https://t.co/oAxFJnJL4K');
    const repost = readPost('RT @user: More work to be done https://t.co/oAxFJnJL4K');
    expect([original.repost, repost.repost]).toEqual([false, true]);
    expect(repost).toMatchObject({ text: original.text, contentId: original.contentId });
    expect(readPost('More work to be done https://t.co/other').contentId).not.toBe(original.contentId);
  });

  it.each([
    'RT @user: PAWS UP https:/…',
    'RT @user: PAWS UP https:…',
    'RT @user: PAWS UP https://t.co/f…',
    'RT @user: PAWS UP https://…',
  ])('has no link that was cut: %s', (text) => {
    expect(readPost(text)).toMatchObject({ text: 'PAWS UP', links: [] });
  });

  it('may be nothing but a link: it says nothing, in no language', () => {
    expect(readPost('@user https://t.co/PBC40unT3N')).toMatchObject({
      text: '',
      links: ['https://t.co/PBC40unT3N'],
      language: 'und',
    });
  });

  it('keeps emoji, and drops what is left of those that were cut', () => {
    expect(readPost('Cold \u{1F976} \uF57A\uF3C6\uFFFD cat\u{1F468}\u200D\u{1F469}\u200D\u{1F467}').text).toBe(
      'Cold \u{1F976} cat\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
    );
    expect(readPost('half \uD83D gone').text).toBe('half gone');
  });

  it('keeps right-to-left text in the order it was written, with its tags', () => {
    expect(readPost('هذا فريق عظيم #كرة_السلة https://t.co/a')).toMatchObject({
      text: 'هذا فريق عظيم',
      tags: ['كرة_السلة'],
      language: 'ar',
    });
  });

  it.each([
    ['What a game by the whole team last night', 'en'],
    ['RT @user: WHAT A GAME. \n\n@user PREVAILS down the stretch \uF4AA https://t.co/x', 'en'],
    ['Esto es una gran victoria para el equipo', 'es'],
    ['Das war ein großartiges Spiel gestern Abend', 'de'],
    ['素晴らしい試合でした', 'ja'],
    ['Отличная игра сегодня вечером', 'ru'],
    ['lol', 'und'],
    ['Go Duke', 'und'],
    ['2-1 !!! \u{1F525}\u{1F525}', 'und'],
    ['\uF976', 'und'],
    ['', 'und'],
  ])('%s is in %s', (text, language) => {
    expect(readPost(text).language).toBe(language);
  });

  it('can be anything: there is always an answer, and it can be stored', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('RT @a: ', '#', '@', 'https://', '&amp;', '\uD83D', '\uF57A', '…', '\u202E', ' '),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { text, links, tags, contentId } = readPost(pieces.join(''));
        expect([text, ...links, ...tags].every((part) => part.isWellFormed() && !part.includes('\u0000'))).toBe(true);
        expect(contentId).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });
});
