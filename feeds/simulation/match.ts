import type { BroadcastEvent } from '../sources/broadcast.ts';
import type { Position } from '../sources/stadium-sensors.ts';
import { playBall, type Happening } from './ball-game.ts';
import { bodyAt, moveBody, pitchMetres, type Spot } from './bodies.ts';
import { ballId, players, type Player, type Side } from './line-up.ts';
import type { Random } from './random.ts';

/** What the story of a match gets on by in a frame, however long that is: the sources keep their proportions. Seconds. */
export const storySeconds = 0.05;

export const teams: Readonly<Record<Side, string>> = { home: 'Mill Town', away: 'Weir United' };

/** One frame of all sensors, and what a partner had to tell of the game meanwhile. */
export interface Frame {
  readonly positions: readonly Position[];
  readonly events: readonly BroadcastEvent[];
}

export interface Match {
  readonly isOver: () => boolean;
  /** @param occurredAt - microseconds since the epoch, later than that of the frame before */
  readonly nextFrame: (occurredAt: number) => Frame;
}

export interface MatchOptions {
  /** No other match has it, in this run or in an earlier one. */
  readonly matchId: string;
  /** Microseconds since the epoch. */
  readonly kickOff: number;
  /** Whole milliseconds between two frames. */
  readonly frameMs: number;
}

const halfSeconds = 45 * 60;

/** Percent with three digits: what the sensors tell, and so what the steps are taken between. */
const percent = (metres: number, length: number): number => Math.round((metres / length) * 100_000) / 1_000;
const step = (now: number, before: number | undefined): number =>
  before === undefined ? 0 : Math.round((now - before) * 1_000) / 1_000;
const fraction = (metres: number, length: number): number => Math.round((metres / length) * 100) / 100;
const hundredths = (seconds: number): number => Math.round(seconds * 100) / 100;
const nameOf = (player: number | null): string | null =>
  player === null ? null : `Player${players[player]?.id ?? player}`;

/** Two halves without a break. Players and the ball move in real time; the story goes on frame by frame. */
export const simulateMatch = (random: Random, { matchId, kickOff, frameMs }: MatchOptions): Match => {
  const bodies = players.map(({ home }) => bodyAt(home));
  const game = playBall(random, bodies);
  const before = new Map<string, Spot>();
  const frameSeconds = frameMs / 1_000;
  // A ball in a hurry would break the sound barrier: in short frames it flies in real time.
  const ballSeconds = Math.min(storySeconds, frameSeconds);
  let frame = 0;
  let seq = 0;
  let clock = 0;

  const positionOf = (id: string, place: Spot, rest: Pick<Position, 'object' | 'shirt' | 'team' | 'z'>) => {
    const now = { x: percent(place.x, pitchMetres.length), y: percent(place.y, pitchMetres.width) };
    const last = before.get(id);
    before.set(id, now);
    return { player: id, ...rest, ...now, dx: step(now.x, last?.x), dy: step(now.y, last?.y) };
  };
  const playerPosition = ({ id, side, shirt }: Player, n: number) =>
    positionOf(id, bodies[n] ?? { x: 0, y: 0 }, { object: 'player', shirt, team: side, z: null });
  const ballPosition = () => {
    const { x, y, z } = game.ball();
    return positionOf(ballId, { x, y }, { object: 'ball', shirt: null, team: null, z: hundredths(z) });
  };

  const eventOf = ({ type, subtype, side, from, to, start, end, secondsAgo }: Happening): BroadcastEvent => {
    const endSeconds = hundredths(clock);
    const lasted = hundredths((secondsAgo * frameSeconds) / ballSeconds);
    const startSeconds = Math.max(0, endSeconds - lasted);
    const period = startSeconds < halfSeconds ? 1 : 2;
    return {
      matchId,
      occurredAt: kickOff + Math.round(startSeconds * 1_000_000),
      seq: (seq += 1),
      team: teams[side],
      type,
      subtype,
      period,
      periodStartSeconds: (period - 1) * halfSeconds,
      startSeconds,
      endSeconds,
      fromPlayer: nameOf(from),
      toPlayer: nameOf(to),
      startX: start && fraction(start.x, pitchMetres.length),
      startY: start && fraction(start.y, pitchMetres.width),
      endX: end && fraction(end.x, pitchMetres.length),
      endY: end && fraction(end.y, pitchMetres.width),
    };
  };

  return {
    isOver: () => clock >= 2 * halfSeconds,
    nextFrame: (occurredAt) => {
      clock = Math.max(0, (occurredAt - kickOff) / 1_000_000);
      const ball = game.ball();
      for (const body of bodies) if (frame > 0) moveBody(random, body, ball, frameSeconds);
      const events = game.goOn(ballSeconds).map(eventOf);
      const common = { matchId, occurredAt, frame: frame++, frameMs };
      const positions = [...players.map(playerPosition), ballPosition()].map((one) => ({ ...common, ...one }));
      return { positions, events };
    },
  };
};
