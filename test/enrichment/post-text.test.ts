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

  it('ends at what is left of cut emoji, also where they became rare ideographs: its text, tags and links', () => {
    expect(readPost('RT @user: Strut\uF935 Up #StrutUp\uF9BE https://t.co/lNwONmZFfT\uFA40\uF935 now')).toMatchObject({
      text: 'Strut Up now',
      tags: ['StrutUp'],
      links: ['https://t.co/lNwONmZFfT'],
    });
    expect(readPost('https://t.co/lNwONmZFfT\uF57A').links).toEqual(['https://t.co/lNwONmZFfT']);
    // Mathematical letters that were cut are Hangul, as real Korean is.
    expect(readPost('퐄퐋퐈퐓퐄 한국 連').text).toBe('퐄퐋퐈퐓퐄 한국 連');
  });

  it.each([
    ['#क्रिकेट का दिन', ['क्रिकेट']],
    ['#ฟุตบอลไทย', ['ฟุตบอลไทย']],
    ['#cafe\u0301!', ['cafe\u0301']],
    ['(#a) #b_2,#c', ['a', 'b_2', 'c']],
    ['#Hook#Em', ['Hook', 'Em']],
    ['\u{1F525}#fire\u2764\uFE0F', ['fire']],
    ['#\uFE0F\u20E3 C#sharp AT&#x26;T it&#x27;s it&#8217;s &#99999999; &#x110000; #', []],
  ])('%s has the tags %o', (text, tags) => {
    expect(readPost(text).tags).toEqual(tags);
  });

  it('is read with its entities as characters, once', () => {
    expect(readPost('it&#x27;s AT&#38;T &lt;3 &amp;lt; &QUOT;x&quot; &#0;&#xD83D;&#x110000; &#99999999;').text).toBe(
      `it's AT&T <3 &lt; "x" &#99999999;`,
    );
  });

  it.each([
    ['(https://t.co/x)', 'https://t.co/x'],
    ['“see https://example.com”', 'https://example.com'],
    ['"https://example.com/a.html".', 'https://example.com/a.html'],
    ['https://t.co/x!?', 'https://t.co/x'],
    ['https://en.example.org/wiki/Ball_(game)', 'https://en.example.org/wiki/Ball_(game)'],
    ['https://example.com/live?match=42#top', 'https://example.com/live?match=42#top'],
    ['HTTPS://example.com/\u{1F525}', 'HTTPS://example.com/'],
  ])('%s has the link %s', (text, link) => {
    expect(readPost(text).links).toEqual([link]);
  });

  it('has no link where nothing but punctuation follows', () => {
    expect(readPost('https://) http://... https://').links).toEqual([]);
  });

  it('takes an address for text, and what stands behind a point for a mention', () => {
    expect(readPost('write to me@example.com .@user')).toMatchObject({
      text: 'write to me@example.com .',
      mentions: 1,
    });
  });

  it.each(['RT  @user: PAWS UP', '“RT @user: PAWS UP”', '"RT @user PAWS UP "', " 'RT @user: PAWS UP"])(
    'is a repost also so: %s',
    (text) => {
      const { repost, contentId } = readPost(text);
      expect({ repost, contentId }).toEqual({ repost: true, contentId: readPost('PAWS UP').contentId });
    },
  );

  it.each(['ART @user', 'RT if you agree @user', 'see: RT @user PAWS UP'])('is no repost: %s', (text) => {
    expect(readPost(text).repost).toBe(false);
  });

  it('of mentions alone says the same however many they are; beside words they count', () => {
    const ids = ['@a', '@a @b', '@a @b\n@c', 'RT @a: @b'].map((text) => readPost(text).contentId);
    expect(new Set(ids).size).toBe(1);
    expect(readPost('@a @b yes').contentId).not.toBe(readPost('@a yes').contentId);
    expect(readPost('@a https://t.co/x').contentId).not.toBe(ids[0]);
  });

  it('keeps right-to-left text in the order it was written, with its tags', () => {
    expect(readPost('هذا فريق عظيم #كرة_السلة https://t.co/a')).toMatchObject({
      text: 'هذا فريق عظيم',
      tags: ['كرة_السلة'],
      language: 'ar',
    });
  });

  it('can be anything: there is always an answer, and it can be stored', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('RT @a: ', '#', '@', 'https://', '&amp;', '\uD83D', '\uF57A', '\uF935', '…', '\u202E', ' '),
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
