import { partitionKeyOf, type FeedEvent } from '../feed-event.ts';
import { textOf, timeOf, wholeNumberOf, type Row } from '../row.ts';

export interface Post {
  readonly postId: string;
  /** Microseconds since the epoch. */
  readonly occurredAt: number;
  readonly team: string;
  readonly text: string;
  readonly retweets: number;
  readonly replies: number;
  readonly likes: number;
  readonly quotes: number;
}

const source = 'social';

/** Known by its id. */
export const postEvent = ({ occurredAt, ...body }: Post): FeedEvent => ({
  source,
  subject: 'social-post',
  partitionKey: partitionKeyOf(body.team),
  event: { header: { source, sourceEventId: body.postId, occurredAt }, ...body },
});

/** `{"post_id":"ncaa-12718","text":"What a game","created_at":"2022-03-23T21:47:11.000000000","team":"uhcougarmbk","retweets":0,"replies":1,"likes":0,"quotes":0}` */
export const postOfRow = (row: Row): FeedEvent =>
  postEvent({
    postId: textOf(row, 'post_id'),
    occurredAt: timeOf(row, 'created_at'),
    team: textOf(row, 'team'),
    text: textOf(row, 'text'),
    retweets: wholeNumberOf(row, 'retweets'),
    replies: wholeNumberOf(row, 'replies'),
    likes: wholeNumberOf(row, 'likes'),
    quotes: wholeNumberOf(row, 'quotes'),
  });
