import type { DecodedEvent } from '../../shared/serde/decoder.ts';
import { expiresAfterSeconds, segment } from '../channel.ts';
import type { Enrichment } from '../event.ts';
import { readPost } from '../post-text.ts';
import { text, within } from '../rules.ts';
import type { SourceDefinition } from '../source.ts';

const longestPost = 10_000;
/** More people than there are. */
const mostPeople = 1e10;

/** What the post says without links, tags and mentions, and in which language; what was posted is kept beside it. */
export const enrichPost = ({ body }: DecodedEvent): Enrichment => {
  const team = text('team', body['team'], 100);
  const originalText = text('text', body['text'], longestPost);
  const count = (field: string): number => within(field, body[field], 0, mostPeople);
  return {
    entity: team,
    body: {
      postId: text('postId', body['postId']),
      team,
      ...readPost(originalText),
      originalText,
      retweets: count('retweets'),
      replies: count('replies'),
      likes: count('likes'),
      quotes: count('quotes'),
    },
    measures: [{ series: `social.posts:${team}`, value: 1, weight: 1 }],
    message: {
      channel: `social/posts/${segment(team)}`,
      delivery: 'each',
      expiresAfterSeconds: expiresAfterSeconds.each,
    },
  };
};

/** What people write about teams. */
export const source: SourceDefinition = {
  enrichers: { 'social-post': enrichPost },
  windowSpans: [60],
};
