import { numberIn, subjectOf, textIn, type Message, type PushedEvent } from '../messages.ts';
import { withSample, type Track } from './track.ts';

export type Side = 'home' | 'away' | 'none';

/** A player or the ball, and how it moves. */
export interface Mover {
  readonly id: string;
  readonly isBall: boolean;
  readonly side: Side;
  /** The number on the shirt, or the sensor's where nobody told it. */
  readonly label: string;
  /** Metres a second. */
  readonly speed: number;
  readonly sprint: boolean;
  readonly track: Track;
}

/** What is on the pitch of one match. */
export interface Match {
  readonly id: string;
  readonly movers: ReadonlyMap<string, Mover>;
  /** Event time of the newest message, milliseconds. */
  readonly newestAt: number;
}

const sideOf = (team: string | undefined): Side => {
  const word = team?.toLowerCase();
  return word === 'home' || word === 'away' ? word : 'none';
};

/** Metres a second, along and across, from speed and heading; a heading is missing for what stands still. */
const velocityOf = (speed: number, heading: number | undefined): { vx: number; vy: number } => {
  if (heading === undefined) return { vx: 0, vy: 0 };
  const radians = (heading * Math.PI) / 180;
  return { vx: speed * Math.cos(radians), vy: speed * Math.sin(radians) };
};

/** @returns undefined for a body that is no position */
const moverOf = ({ body, occurredAt }: PushedEvent, known: ReadonlyMap<string, Mover>): Mover | undefined => {
  const [id, x, y] = [textIn(body, 'player'), numberIn(body, 'x'), numberIn(body, 'y')];
  const at = Date.parse(occurredAt);
  if (id === undefined || x === undefined || y === undefined || Number.isNaN(at)) return undefined;
  const speed = numberIn(body, 'speed') ?? 0;
  const sample = { at, x, y, z: numberIn(body, 'z') ?? 0, ...velocityOf(speed, numberIn(body, 'heading')) };
  const shirt = numberIn(body, 'shirt');
  return {
    id,
    isBall: body['object'] === 'ball',
    side: sideOf(textIn(body, 'team')),
    label: shirt === undefined ? id : String(shirt),
    speed,
    sprint: body['sprint'] === true,
    track: withSample(known.get(id)?.track ?? { samples: [] }, sample),
  };
};

/** The match after a message of its channel; the message of another match begins a new one where that is newer. */
export const afterPositions = (match: Match | undefined, message: Message): Match | undefined => {
  const id = subjectOf(message.channel);
  const known: ReadonlyMap<string, Mover> = match?.id === id ? match.movers : new Map();
  const moved = message.events.flatMap((event) => moverOf(event, known) ?? []);
  const newestAt = Math.max(...moved.map(({ track }) => track.samples.at(-1)?.at ?? 0));
  if (moved.length === 0 || (match && match.id !== id && newestAt <= match.newestAt)) return match;
  const movers = new Map([...known, ...moved.map((mover) => [mover.id, mover] as const)]);
  return { id, movers, newestAt: match?.id === id ? Math.max(match.newestAt, newestAt) : newestAt };
};
