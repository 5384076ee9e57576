import { describe, expect, it } from 'vitest';
import type { Enrichment } from '../../lambdas/enrichment/event.ts';
import { enrichPost } from '../../lambdas/enrichment/sources/social.ts';
import { decoded } from '../support/events.ts';
import { rejection } from '../support/rejection.ts';

const post = {
  postId: 'ncaa-12717',
  team: 'dukembb',
  text: 'RT @user: Good vibes in The Bay  https://t.co/jYhy1zgWtL',
  retweets: 135,
  replies: 0,
  likes: 0,
  quotes: 0,
};
const enrich = (fields: Partial<Record<keyof typeof post, unknown>> = {}): Enrichment =>
  enrichPost(decoded('social-post', { ...post, ...fields }, { source: 'social' }));

describe('a post', () => {
  it('is told by what it says, and keeps what was posted', () => {
    expect(enrich().body).toMatchObject({
      postId: 'ncaa-12717',
      text: 'Good vibes in The Bay',
      originalText: post.text,
      repost: true,
      language: 'en',
      links: ['https://t.co/jYhy1zgWtL'],
      retweets: 135,
    });
  });

  it('counts for its team, and is delivered by itself', () => {
    const { entity, measures, message } = enrich();
    expect(entity).toBe('dukembb');
    expect(measures).toEqual([{ series: 'social.posts:dukembb', value: 1, weight: 1 }]);
    expect(message).toEqual({ channel: 'social/posts/dukembb', delivery: 'each', expiresAfterSeconds: 43_200 });
  });

  it('may be nothing but a link', () => {
    expect(enrich({ text: 'https://t.co/PBC40unT3N' }).body).toMatchObject({ text: '', language: 'und' });
  });

  it.each([
    ['postId', { postId: '' }],
    ['team', { team: '' }],
    ['text', { text: '' }],
    ['text', { text: 'x'.repeat(10_001) }],
    ['retweets', { retweets: -1 }],
    ['replies', { replies: -1 }],
    ['likes', { likes: 1e11 }],
    ['quotes', { quotes: -1 }],
  ])('breaks a rule in %s', (field, fields) => {
    expect(rejection(() => enrich(fields)).details).toEqual({ field });
  });
});
