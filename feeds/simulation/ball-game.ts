import { pitchMetres, type Body, type Spot } from './bodies.ts';
import { players, type Side } from './line-up.ts';
import { pick, type Random } from './random.ts';

/** What a partner would tell of the game. */
export interface Happening {
  readonly type: string;
  readonly subtype: string | null;
  readonly side: Side;
  /** Index of a player. */
  readonly from: number | null;
  readonly to: number | null;
  /** None for a set piece or a card. */
  readonly start: Spot | null;
  readonly end: Spot | null;
  /** Of the game, before now. */
  readonly secondsAgo: number;
}

export interface BallGame {
  /** Metres; height included. */
  readonly ball: () => Spot & { readonly z: number };
  /** Lets the ball go on, and tells what has come to its end meanwhile. */
  readonly goOn: (seconds: number) => readonly Happening[];
}

interface Flight {
  /** Fetched is a ball that comes back from behind a line. */
  readonly kind: 'pass' | 'shot' | 'out' | 'fetched';
  readonly from: number;
  /** Who is to get it. */
  readonly to: number;
  readonly start: Spot;
  /** Where it goes, if not to somebody who moves. */
  readonly aim: Spot | null;
  readonly seconds: number;
  elapsed: number;
}

const passSpeed = 14;
const shotSpeed = 25;
const keepers = { home: 0, away: 11 } as const;
const other = (side: Side): Side => (side === 'home' ? 'away' : 'home');
const sideOf = (player: number): Side => players[player]?.side ?? 'home';
const set = (side: Side, subtype: string, from: number): Happening => ({
  type: 'SET PIECE',
  subtype,
  side,
  from,
  to: null,
  start: null,
  end: null,
  secondsAgo: 0,
});

/** A ball that goes from player to player, now and then to the other side, out, or at a goal. */
export const playBall = (random: Random, bodies: readonly Body[]): BallGame => {
  const spotOf = (player: number): Spot => {
    const { x, y } = bodies[player] ?? { x: 0, y: 0 };
    return { x, y };
  };
  const anyOf = (side: Side, but: number): number => {
    const found = players.flatMap((player, n) => (player.side === side && n !== but ? [n] : []));
    return pick(random, found);
  };

  let holder = 9;
  let holds = 1;
  let flight: Flight | undefined;
  let told: Happening[] = [set('home', 'KICK OFF', holder)];

  const hold = (player: number): void => {
    holder = player;
    holds = 0.5 + random() * 2.5;
    flight = undefined;
  };
  const kick = (kind: Flight['kind'], to: number, aim: Spot | null, speed: number, start = spotOf(holder)): void => {
    const end = aim ?? spotOf(to);
    const seconds = Math.max(0.3, Math.hypot(end.x - start.x, end.y - start.y) / speed);
    flight = { kind, from: holder, to, start, aim, seconds, elapsed: 0 };
  };

  const tell = (happening: Partial<Happening> & Pick<Happening, 'type' | 'side'>): void => {
    told.push({ subtype: null, from: null, to: null, start: null, end: null, secondsAgo: 0, ...happening });
  };

  /** The other side has it now; seldom that is a foul, and of these some are worth a card. */
  const loseIt = (): void => {
    const side = sideOf(holder);
    const start = spotOf(holder);
    const winner = anyOf(other(side), -1);
    if (random() < 0.25) {
      tell({ type: 'FAULT RECEIVED', side, from: holder, start });
      if (random() < 0.2) tell({ type: 'CARD', subtype: 'YELLOW', side: other(side), from: winner });
      told.push(set(side, 'FREE KICK', holder));
      hold(holder);
      return;
    }
    tell({ type: 'BALL LOST', subtype: 'INTERCEPTION', side, from: holder, start });
    tell({ type: 'RECOVERY', side: other(side), from: winner, start });
    kick('pass', winner, null, passSpeed);
  };

  const decide = (): void => {
    const side = sideOf(holder);
    const chance = random();
    if (chance < 0.9) return kick('pass', anyOf(side, holder), null, passSpeed);
    if (chance < 0.95) return loseIt();
    if (chance < 0.98) {
      // Out over the nearer line, and a little further.
      const { x, y } = spotOf(holder);
      const aim = { x, y: y < pitchMetres.width / 2 ? -1.5 : pitchMetres.width + 1.5 };
      return kick('out', anyOf(other(side), -1), aim, passSpeed);
    }
    const goal = { x: side === 'home' ? pitchMetres.length + 1 : -1, y: pitchMetres.width / 2 + (random() - 0.5) * 12 };
    kick('shot', keepers[other(side)], goal, shotSpeed);
  };

  const arrive = ({ kind, from, to, start, aim, seconds }: Flight): void => {
    const side = sideOf(from);
    const end = aim ?? spotOf(to);
    const way = { side, from, start, end, secondsAgo: seconds };
    if (kind === 'pass' || kind === 'fetched') {
      if (kind === 'pass' && sideOf(to) === side) tell({ type: 'PASS', ...way, to });
      return hold(to);
    }
    if (kind === 'out') {
      tell({ type: 'BALL OUT', ...way });
      told.push(set(sideOf(to), 'THROW IN', to));
    } else if (random() < 0.3) {
      tell({ type: 'SHOT', subtype: 'ON TARGET-GOAL', ...way });
      told.push(set(other(side), 'KICK OFF', to));
    } else if (random() < 0.5) {
      tell({ type: 'SHOT', subtype: 'ON TARGET-SAVED', ...way });
    } else {
      tell({ type: 'SHOT', subtype: 'OFF TARGET-OUT', ...way });
      if (random() < 0.5) told.push(set(side, 'CORNER KICK', from));
    }
    kick('fetched', to, null, passSpeed, end);
  };

  return {
    ball: () => {
      if (!flight) return { ...spotOf(holder), z: 0.1 };
      const { start, aim, to, elapsed, seconds } = flight;
      const end = aim ?? spotOf(to);
      const gone = Math.min(1, elapsed / seconds);
      // A low arc: two metres high in the middle of the way.
      const z = 0.1 + 8 * gone * (1 - gone);
      return { x: start.x + (end.x - start.x) * gone, y: start.y + (end.y - start.y) * gone, z };
    },
    goOn: (seconds) => {
      if (flight) {
        flight.elapsed += seconds;
        if (flight.elapsed >= flight.seconds) arrive(flight);
      } else {
        holds -= seconds;
        if (holds <= 0) decide();
      }
      const happened = told;
      told = [];
      return happened;
    },
  };
};
