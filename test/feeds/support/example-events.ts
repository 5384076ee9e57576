import type { FeedEvent } from '../../../feeds/feed-event.ts';
import { broadcastEvent, type BroadcastEvent } from '../../../feeds/sources/broadcast.ts';
import { quoteEvent, tradeEvent } from '../../../feeds/sources/market.ts';
import { postEvent, type Post } from '../../../feeds/sources/social.ts';
import { positionEvent, type Position } from '../../../feeds/sources/stadium-sensors.ts';
import type { Material } from '../../../feeds/wrong/wrong-kind.ts';
import { encoder } from './encoder.ts';

const position: Omit<Position, 'occurredAt'> = {
  matchId: 'derby',
  frame: 3,
  object: 'player',
  player: '7',
  shirt: 10,
  team: 'home',
  x: 40,
  y: 60,
  z: null,
  dx: 0.1,
  dy: -0.1,
};
const pass: Omit<BroadcastEvent, 'occurredAt'> = {
  matchId: 'derby',
  seq: 3,
  team: 'Home',
  type: 'PASS',
  subtype: null,
  period: 1,
  periodStartSeconds: 0,
  startSeconds: 3,
  endSeconds: 4,
  fromPlayer: 'Player1',
  toPlayer: 'Player2',
  startX: 0.1,
  startY: 0.2,
  endX: 0.3,
  endY: 0.4,
};
const post: Omit<Post, 'occurredAt'> = {
  postId: 'p1',
  team: 'Home',
  text: 'well played',
  retweets: 1,
  replies: 2,
  likes: 3,
  quotes: 4,
};

export const positionLike = (occurredAt: number, fields: Partial<Position>): FeedEvent =>
  positionEvent({ ...position, occurredAt, ...fields });
export const broadcastLike = (occurredAt: number, fields: Partial<BroadcastEvent>): FeedEvent =>
  broadcastEvent({ ...pass, occurredAt, ...fields });
export const postLike = (occurredAt: number, fields: Partial<Post>): FeedEvent =>
  postEvent({ ...post, occurredAt, ...fields });

/** A right event of every subject. @param occurredAt - microseconds */
export const exampleEvents = (occurredAt: number): readonly FeedEvent[] => [
  quoteEvent({ symbol: 'EUR/USD', occurredAt, bid: 1.1, ask: 1.2, volume: 5 }),
  tradeEvent({ symbol: 'BTC/USD', occurredAt, tradeId: 7, price: 9, size: 2, side: 'buy' }),
  positionLike(occurredAt, {}),
  broadcastLike(occurredAt, {}),
  postLike(occurredAt, {}),
];

/** What wrong records are made of, where the examples have been sent. */
export const materialOf = (events: readonly FeedEvent[]): Material => {
  const find = (of: (event: FeedEvent) => boolean): FeedEvent => {
    const found = events.find(of);
    if (!found) throw new Error('there is no such example');
    return found;
  };
  return {
    encoder,
    event: (subject) => find((event) => event.subject === subject),
    sent: (source) => find((event) => event.source === source),
  };
};
