import { describe, expect, it } from 'vitest';
import { playBall, type Happening } from '../../../feeds/simulation/ball-game.ts';
import { bodyAt, topSpeed } from '../../../feeds/simulation/bodies.ts';
import { players } from '../../../feeds/simulation/line-up.ts';
import { simulateMarket, symbols } from '../../../feeds/simulation/market.ts';
import { simulateMatch, teams, type Frame } from '../../../feeds/simulation/match.ts';
import { simulateCrowd } from '../../../feeds/simulation/posts.ts';
import { pick, seededRandom } from '../../../feeds/simulation/random.ts';
import { readPost } from '../../../lambdas/enrichment/post-text.ts';
import type { Post } from '../../../feeds/sources/social.ts';

const kickOff = Date.UTC(2026, 10, 21, 9) * 1000;

const play = (seconds: number, { frameMs = 50, seed = 1 } = {}): Frame[] => {
  const match = simulateMatch(seededRandom(seed), { matchId: 'm', kickOff, frameMs });
  return Array.from({ length: (seconds * 1000) / frameMs }, (_, n) => match.nextFrame(kickOff + n * frameMs * 1000));
};
const metresPerSecond = ({ dx, dy }: { dx: number; dy: number }, frameMs: number): number =>
  Math.hypot((dx / 100) * 105, (dy / 100) * 68) / (frameMs / 1000);

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

describe('a simulated match', () => {
  const tenMinutes = play(600);

  it('tells in each frame where 22 players and the ball are', () => {
    for (const { positions } of [tenMinutes[0] as Frame, tenMinutes.at(-1) as Frame]) {
      expect(positions.filter(({ object }) => object === 'player')).toHaveLength(22);
      expect(positions.filter(({ object }) => object === 'ball')).toHaveLength(1);
      expect(new Set(positions.map(({ player }) => player)).size).toBe(23);
    }
    expect(tenMinutes.map(({ positions }) => positions[0]?.frame)).toEqual([...tenMinutes.keys()]);
  });

  it('tells steps that are the differences to the frame before', () => {
    const before = new Map<string, { x: number; y: number }>();
    for (const { positions } of tenMinutes.slice(0, 2_000)) {
      for (const { player, x, y, dx, dy } of positions) {
        const last = before.get(player) ?? { x, y };
        expect(last.x + dx).toBeCloseTo(x, 9);
        expect(last.y + dy).toBeCloseTo(y, 9);
        before.set(player, { x, y });
      }
    }
  });

  it.each([1, 20, 50, 100, 2_500, 60_000])('lets nobody run faster than can be, at %d ms a frame', (frameMs) => {
    const frames = frameMs === 50 ? tenMinutes : play(Math.max(5, frameMs / 25), { frameMs });
    const speeds = frames.flatMap(({ positions }) =>
      positions.flatMap((one) => (one.object === 'player' ? [metresPerSecond(one, frameMs)] : [])),
    );
    // Three digits of a percent are a millimetre.
    expect(largest(speeds)).toBeLessThan(topSpeed + 0.002 / (frameMs / 1000));
    expect(largest(speeds)).toBeGreaterThan(0.1);
  });

  it('has sprints, but not many', () => {
    const speeds = tenMinutes.flatMap(({ positions }) =>
      positions.flatMap((one) => (one.object === 'player' ? [metresPerSecond(one, 50)] : [])),
    );
    const sprints = speeds.filter((speed) => speed > 7).length / speeds.length;
    expect(sprints).toBeGreaterThan(0.001);
    expect(sprints).toBeLessThan(0.1);
  });

  it('goes on just outside the pitch now and then, and no further', () => {
    const all = tenMinutes.flatMap(({ positions }) => positions);
    expect(all.some(({ x, y }) => x < 0 || x > 100 || y < 0 || y > 100)).toBe(true);
    expect(all.every(({ x, y }) => x > -5 && x < 105 && y > -8 && y < 108)).toBe(true);
  });

  it('has players without a number, always the same', () => {
    const without = new Set(
      tenMinutes.flatMap(({ positions }) =>
        positions.flatMap((one) => (one.object === 'player' && one.shirt === null ? [one.player] : [])),
      ),
    );
    expect(without).toEqual(new Set(['7', '19']));
  });

  it('has a ball that does not jump', () => {
    const speeds = tenMinutes.flatMap(({ positions }) =>
      positions.flatMap((one) => (one.object === 'ball' ? [metresPerSecond(one, 50)] : [])),
    );
    expect(largest(speeds)).toBeLessThan(45);
  });

  it('is told by a partner: passes every few seconds, seldom a shot, a goal or a card', () => {
    const events = tenMinutes.flatMap((frame) => frame.events);
    const count = (isOne: (event: (typeof events)[number]) => boolean): number => events.filter(isOne).length;
    expect(count(({ type }) => type === 'PASS')).toBeGreaterThan(600 / 6);
    expect(count(({ type }) => type === 'PASS')).toBeLessThan(600 / 2);
    expect(count(({ type }) => type === 'SHOT')).toBeGreaterThan(0);
    expect(count(({ type }) => type === 'SHOT')).toBeLessThan(20);
    expect(events[0]).toMatchObject({ type: 'SET PIECE', subtype: 'KICK OFF', startX: null, startY: null, seq: 1 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, n) => n + 1));
    expect(new Set(events.map(({ team }) => team))).toEqual(new Set(Object.values(teams)));
  });

  it('has everything that can happen in ninety minutes', () => {
    const game = playBall(
      seededRandom(2),
      players.map(({ home }) => bodyAt(home)),
    );
    const happened = Array.from({ length: 90 * 60 * 20 }, () => game.goOn(0.05)).flat();
    const kinds = Map.groupBy(happened, ({ type, subtype }) => `${type} ${subtype ?? ''}`.trim());
    const count = (kind: string): number => kinds.get(kind)?.length ?? 0;
    for (const kind of [
      'PASS',
      'BALL LOST INTERCEPTION',
      'RECOVERY',
      'BALL OUT',
      'FAULT RECEIVED',
      'CARD YELLOW',
      'SHOT ON TARGET-GOAL',
      'SHOT ON TARGET-SAVED',
      'SHOT OFF TARGET-OUT',
      ...['KICK OFF', 'THROW IN', 'FREE KICK', 'CORNER KICK'].map((piece) => `SET PIECE ${piece}`),
    ])
      expect({ kind, is: count(kind) > 0 }).toEqual({ kind, is: true });
    expect(count('PASS')).toBeGreaterThan(20 * count('SHOT ON TARGET-GOAL'));
    expect(count('SET PIECE KICK OFF')).toBe(1 + count('SHOT ON TARGET-GOAL'));
    expect(happened.filter(({ type }) => type === 'CARD' || type === 'SET PIECE')).toSatisfy((without: Happening[]) =>
      without.every(({ start, end }) => start === null && end === null),
    );
  });

  it('has a second half, with a clock of its own', () => {
    const match = simulateMatch(seededRandom(1), { matchId: 'm', kickOff, frameMs: 50 });
    const late = Array.from({ length: 400 }, (_, n) => match.nextFrame(kickOff + 2_800_000_000 + n * 50_000));
    const events = late.flatMap((frame) => frame.events);
    expect(events.length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ period: 2, periodStartSeconds: 2_700 });
  });

  it('has passes from where the ball was to where it is', () => {
    for (const { events, positions } of tenMinutes) {
      const ball = positions.find(({ object }) => object === 'ball');
      for (const { type, endX, endY, startSeconds, endSeconds } of events) {
        if (type !== 'PASS') continue;
        expect(endX).toBeCloseTo((ball?.x ?? 0) / 100, 1);
        expect(endY).toBeCloseTo((ball?.y ?? 0) / 100, 1);
        expect(endSeconds).toBeGreaterThan(startSeconds);
      }
    }
  });

  it('is over after two halves', () => {
    const match = simulateMatch(seededRandom(1), { matchId: 'm', kickOff, frameMs: 50 });
    match.nextFrame(kickOff);
    expect(match.isOver()).toBe(false);
    match.nextFrame(kickOff + 5_400_000_000);
    expect(match.isOver()).toBe(true);
  });
});

describe('the crowd', () => {
  const goal = { ...(play(1)[0]?.events[0] as Frame['events'][number]), type: 'SHOT', subtype: 'ON TARGET-GOAL' };
  const write = (seconds: number, goals: readonly number[] = []): Post[][] => {
    const crowd = simulateCrowd(seededRandom(4), 'm');
    return Array.from({ length: seconds }, (_, second) =>
      Array.from({ length: 20 }, (__, n) =>
        crowd.posts(n === 0 && goals.includes(second) ? [goal] : [], 0.05, kickOff),
      ).flat(),
    );
  };

  it('writes now and then, and in a burst after a goal', () => {
    const seconds = write(60, [30]).map((posts) => posts.length);
    const total = (from: number, to: number): number => seconds.slice(from, to).reduce((sum, n) => sum + n, 0);
    expect(total(0, 30)).toBeGreaterThan(20);
    expect(total(0, 30)).toBeLessThan(40);
    expect(total(30, 36)).toBeGreaterThan(30);
    expect(total(50, 60)).toBeLessThan(20);
  });

  it('writes everything that is odd and right: emoji, both directions, reposts word for word, nothing but a link', () => {
    const posts = write(1_000, [100, 300, 500]).flat();
    const texts = posts.map(({ text }) => text);
    expect(new Set(posts.map(({ postId }) => postId)).size).toBe(posts.length);
    expect(texts.every((text) => text.isWellFormed() && text.length > 0)).toBe(true);
    expect(texts.some((text) => /\p{Script=Arabic}/u.test(text))).toBe(true);
    expect(texts.some((text) => /\p{Script=Hebrew}/u.test(text))).toBe(true);
    expect(texts.some((text) => /\p{Extended_Pictographic}\u200D/u.test(text))).toBe(true);
    const read = texts.map((text) => readPost(text));
    expect(read.some(({ text, links }) => text === '' && links.length === 1)).toBe(true);
    expect(read.some(({ repost }) => repost)).toBe(true);
    expect(new Set(read.map(({ contentId }) => contentId)).size).toBeLessThan(posts.length / 2);
  });
});

describe('the simulated market', () => {
  it('has twenty symbols, and prices that make sense', () => {
    const market = simulateMarket(seededRandom(2), 1);
    const quotes = Array.from({ length: 500 }, (_, n) => market.quote(n));
    expect(symbols).toHaveLength(20);
    expect(new Set(quotes.map(({ symbol }) => symbol)).size).toBe(20);
    for (const { bid, ask } of quotes) {
      expect(bid).toBeGreaterThan(0);
      expect(bid).toBeLessThan(ask);
    }
    expect(market.trade(0).tradeId).toBe(1);
    expect(market.trade(0).tradeId).toBe(2);
  });
});

describe('seeded randomness', () => {
  it('is spread over the whole range', () => {
    const random = seededRandom(-1);
    const tenths = new Set(Array.from({ length: 200 }, () => Math.floor(random() * 10)));
    expect(tenths).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it('picks from something only', () => {
    expect(pick(() => 0.99, ['a', 'b'])).toBe('b');
    expect(() => pick(() => 0, [])).toThrow('nothing to pick from');
  });
});
