import type { FeedEvent } from '../feed-event.ts';
import { broadcastEvent } from '../sources/broadcast.ts';
import { quoteEvent, tradeEvent } from '../sources/market.ts';
import { postEvent } from '../sources/social.ts';
import { positionEvent } from '../sources/stadium-sensors.ts';
import { simulateMarket } from './market.ts';
import { simulateMatch, storySeconds, type Match } from './match.ts';
import type { Pace } from './pace.ts';
import { simulateCrowd, type Crowd } from './posts.ts';
import type { Random } from './random.ts';

const tradesShare = 0.25;
/** A feed that stood still for longer does not make up for it: its sensors were off meanwhile. Microseconds. */
const longestLag = 1_000_000;

/** `sim-20261121T090000000`: a later run has another. */
const matchIdAt = (micros: number): string => `sim-${new Date(micros / 1_000).toISOString().replaceAll(/[-:.Z]/g, '')}`;

/**
 * Makes what all sources have to tell, a frame of the match at a time: every object once, what happened on the pitch,
 * what was written about it, and as many quotes and trades as bring the whole to its pace. Right, new, and each with a
 * key of its own, also among those of earlier runs.
 * @param now - milliseconds since the epoch
 */
export const simulateEvents = (random: Random, pace: Pace, now: () => number): (() => readonly FeedEvent[]) => {
  const frameMicros = pace.frameMs * 1_000;
  let time = now() * 1_000;
  const market = simulateMarket(random, time);
  const open = (): { match: Match; crowd: Crowd } => {
    const matchId = matchIdAt(time);
    return {
      match: simulateMatch(random, { matchId, kickOff: time, frameMs: pace.frameMs }),
      crowd: simulateCrowd(random, matchId),
    };
  };
  let { match, crowd } = open();
  let owed = 0;
  let lastMarketTime = 0;

  /** No two at the same microsecond: a quote's key is its time, and prices may stand still. */
  const marketTime = (): number => (lastMarketTime = Math.max(lastMarketTime + 1, time));
  const trade = (): FeedEvent => tradeEvent(market.trade(marketTime()));
  const quote = (): FeedEvent => quoteEvent(market.quote(marketTime()));
  // Every subject is in the first frame: whoever takes examples from it finds one of each.
  let opening = [quote(), trade()];

  return () => {
    if (match.isOver()) ({ match, crowd } = open());
    const { positions, events } = match.nextFrame(time);
    const posts = crowd.posts(events, storySeconds, time);
    const story = [...events.map(broadcastEvent), ...posts.map(postEvent), ...positions.map(positionEvent)];
    const begin = [...opening, ...story];
    opening = [];
    owed += pace.recordsPerFrame - begin.length;
    const fill = Array.from({ length: Math.max(0, Math.floor(owed)) }, () =>
      random() < tradesShare ? trade() : quote(),
    );
    owed -= fill.length;
    time += frameMicros;
    if (now() * 1_000 - time > longestLag) time = now() * 1_000;
    return [...begin, ...fill];
  };
};
