import { describe, expect, it } from 'vitest';
import type { FeedEvent } from '../../feeds/feed-event.ts';
import { encoder } from '../feeds/support/encoder.ts';
import { broadcastLike, exampleEvents, positionLike, postLike } from '../feeds/support/example-events.ts';
import { judge } from '../feeds/support/judge.ts';

const now = Date.UTC(2026, 10, 21, 9);
const micros = now * 1000;
const encode = ({ subject, event }: FeedEvent): Buffer => encoder.encode(subject, event, { compression: 'zlib' });

/** What the platform makes of an event, from its bytes on. */
const enriched = async (event: FeedEvent) => {
  const [judged] = await judge(event.source, [encode(event)], now);
  if (!judged || 'rejected' in judged) throw new Error(`rejected: ${judged?.message}`);
  return judged.enrichment;
};
const bodyOf = async (event: FeedEvent) => (await enriched(event)).body;
const postOf = (text: string) => bodyOf(postLike(micros, { text }));

describe('a post, from its bytes on', () => {
  it('keeps emoji of several code points, text from right to left, and tags with marks', async () => {
    const text = 'RT @a: يا لها من مباراة رائعة 👨‍👩‍👧‍👦 👍🏽 #كرة_القدم #क्रिकेट (https://t.co/x)';
    await expect(postOf(text)).resolves.toEqual({
      postId: 'p1',
      team: 'Home',
      text: 'يا لها من مباراة رائعة 👨‍👩‍👧‍👦 👍🏽 (',
      links: ['https://t.co/x'],
      tags: ['كرة_القدم', 'क्रिकेट'],
      mentions: 0,
      repost: true,
      contentId: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      language: 'ar',
      originalText: text,
      retweets: 1,
      replies: 2,
      likes: 3,
      quotes: 4,
    });
  });

  it('loses what is left of cut emoji, wherever the cut has put them, and keeps what was posted', async () => {
    const text = 'Strut\uF57A up\uFFFD now \uF935 #StrutUp\uF9BE https://t.co/lNwONmZFfT\uFA40';
    await expect(postOf(text)).resolves.toMatchObject({
      text: 'Strut up now',
      tags: ['StrutUp'],
      links: ['https://t.co/lNwONmZFfT'],
      language: 'en',
      originalText: text,
    });
  });

  it('cannot be sent with half a pair, and is rejected where one comes all the same', async () => {
    expect(() => encode(postLike(micros, { text: 'half \uD83D' }))).toThrow(/^social-post version 1: text: /);
    // Three bytes of our own choice, made into a half as a careless producer would write it.
    const { subject, event } = postLike(micros, { text: 'half aaa' });
    const bytes = encoder.encode(subject, event, { compression: 'none' });
    bytes.set([0xed, 0xa0, 0xbd], bytes.indexOf('aaa'));
    await expect(judge('social', [bytes], now)).resolves.toMatchObject([{ rejected: 'invalid-text' }]);
  });

  it('may be nothing but a link', async () => {
    await expect(postOf('https://t.co/PBC40unT3N')).resolves.toMatchObject({
      text: '',
      links: ['https://t.co/PBC40unT3N'],
      tags: [],
      mentions: 0,
      repost: false,
      language: 'und',
    });
  });
});

describe('an event and a position, from their bytes on', () => {
  it('may have no coordinates', async () => {
    const nowhere = { startX: null, startY: null, endX: null, endY: null };
    await expect(bodyOf(broadcastLike(micros, { type: 'CARD', subtype: 'YELLOW', ...nowhere }))).resolves.toEqual({
      matchId: 'derby',
      seq: 3,
      team: 'Home',
      type: 'card',
      originalType: 'CARD',
      subtype: 'YELLOW',
      period: 1,
      clockSeconds: 3,
      startSeconds: 3,
      durationSeconds: 1,
      fromPlayer: 'Player1',
      toPlayer: 'Player2',
      start: null,
      end: null,
      passLength: null,
      passDirection: null,
      possession: null,
    });
  });

  it('may be of a player with no number and no team', async () => {
    await expect(bodyOf(positionLike(micros, { shirt: null, team: null, dx: 0, dy: 0 }))).resolves.toEqual({
      matchId: 'derby',
      frame: 3,
      object: 'player',
      player: '7',
      shirt: null,
      team: null,
      x: 42,
      y: expect.closeTo(40.8, 9) as number,
      z: null,
      speed: 0,
      heading: null,
      zone: '3-2',
      sprint: false,
    });
  });

  it('are known by names that cannot collide', async () => {
    const { entity } = await enriched(positionLike(micros, { matchId: 'a/b', player: '50%' }));
    expect(entity).toBe('a%2Fb/50%25');
  });
});

describe('a record older than the horizon', () => {
  const horizonDays = 30;
  const days = (n: number) => exampleEvents(micros - n * 86_400_000_000);

  it.each(days(horizonDays + 1))('of $source ($subject) is too old', async (event) => {
    const [judged] = await judge(event.source, [encode(event)], now, horizonDays);
    expect(judged).toEqual({ rejected: 'too-old', message: 'occurredAt: older than 30 days' });
  });

  it.each(days(horizonDays))('of $source ($subject) is taken while the horizon’s day lasts', async (event) => {
    const [judged] = await judge(event.source, [encode(event)], now, horizonDays);
    expect(judged).not.toHaveProperty('rejected');
  });
});
