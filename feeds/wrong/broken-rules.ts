import type { Change } from './wrong-kind.ts';

/** By subject: what decodes well and can never be right, by what is wrong with it. */
export const brokenRules: Readonly<Record<string, Readonly<Record<string, Change>>>> = {
  'market-quote': {
    'no symbol': () => ({ symbol: '' }),
    'bid zero': () => ({ bid: 0 }),
    'ask negative': ({ ask }) => ({ ask: -ask }),
    'bid above ask': ({ bid, ask }) => ({ bid: ask * 2, ask: bid }),
    'bid not a number': () => ({ bid: NaN }),
    'volume negative': () => ({ volume: -1 }),
  },
  'market-trade': {
    'price zero': () => ({ price: 0 }),
    'size zero': () => ({ size: 0 }),
    'price infinite': () => ({ price: Infinity }),
  },
  'sensor-position': {
    'x not a number': () => ({ x: NaN }),
    'x two pitches away': () => ({ x: 301 }),
    'y infinite': () => ({ y: -Infinity }),
    'step longer than the stadium': () => ({ dx: 1_000 }),
    'step not a number': () => ({ dy: NaN }),
    'ball in orbit': () => ({ z: 400_000 }),
    'no time between frames': () => ({ frameMs: 0 }),
    'frame before the first': () => ({ frame: -1 }),
    'shirt negative': () => ({ shirt: -10 }),
    'no match': () => ({ matchId: '' }),
    'no name of a player': () => ({ player: '' }),
    'empty team': () => ({ team: '' }),
  },
  'broadcast-event': {
    'period 0': () => ({ period: 0 }),
    'clock before its period': ({ startSeconds }) => ({ periodStartSeconds: startSeconds + 1 }),
    'start before kick-off': () => ({ startSeconds: -1 }),
    'end not a number': () => ({ endSeconds: NaN }),
    'start three pitches away': () => ({ startX: 3.5, startY: 0.5 }),
    'end infinite': () => ({ endX: 0.5, endY: Infinity }),
    'number negative': () => ({ seq: -1 }),
    'no match': () => ({ matchId: '' }),
    'no team': () => ({ team: '' }),
    'no type': () => ({ type: '' }),
    'empty subtype': () => ({ subtype: '' }),
    'endless name of a player': () => ({ fromPlayer: 'x'.repeat(101) }),
  },
  'social-post': {
    'nothing said': () => ({ text: '' }),
    'far too much said': () => ({ text: 'x'.repeat(10_001) }),
    'no id of its own': () => ({ postId: '' }),
    'no team': () => ({ team: '' }),
    'likes negative': () => ({ likes: -1 }),
    'retweets negative': () => ({ retweets: -1 }),
    'replies negative': () => ({ replies: -1 }),
    'more quotes than people': () => ({ quotes: 1e12 }),
  },
};

/** By subject: what makes an event another one, both of them right. */
export const otherContent: Readonly<Record<string, Change>> = {
  'market-quote': ({ volume }) => ({ volume: volume + 1 }),
  'market-trade': ({ size }) => ({ size: size * 2 }),
  'sensor-position': ({ x }) => ({ x: x / 2 + 1.5 }),
  'broadcast-event': ({ endSeconds }) => ({ endSeconds: endSeconds + 0.5 }),
  'social-post': ({ likes }) => ({ likes: likes + 1 }),
};
