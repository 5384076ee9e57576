import { partitionKeyOf, type FeedEvent } from '../feed-event.ts';
import { matchNamed } from '../matches.ts';
import { numberOf, optionalOf, textOf, wholeNumberOf, type Row } from '../row.ts';

export interface Position {
  readonly matchId: string;
  /** Microseconds since the epoch. */
  readonly occurredAt: number;
  readonly frame: number;
  readonly object: 'player' | 'ball';
  readonly player: string;
  readonly shirt: number | null;
  readonly team: string | null;
  /** Percent of the pitch, as the deltas are. */
  readonly x: number;
  readonly y: number;
  /** Metres. */
  readonly z: number | null;
  readonly dx: number;
  readonly dy: number;
  /** Between two frames, whole milliseconds. @default 50 */
  readonly frameMs?: number;
}

const source = 'stadium-sensors';

/** Known by match, frame and player. */
export const positionEvent = ({ occurredAt, ...body }: Position): FeedEvent => ({
  source,
  subject: 'sensor-position',
  partitionKey: partitionKeyOf(`${body.matchId}/${body.player}`),
  event: {
    header: { source, sourceEventId: `${body.matchId}/${body.frame}/${body.player}`, occurredAt },
    ...body,
  },
});

/** The recordings' number for the ball. */
const ball = 0;

/** `{"match_id":"liv-che","frame":0,"t_ms":0,"player":12,"shirt":10,"x":36.7,"y":88.8,"z":null,"dx":0,"dy":0,"team":"attack"}` */
export const positionOfRow = (row: Row): FeedEvent => {
  const matchId = textOf(row, 'match_id');
  const player = wholeNumberOf(row, 'player');
  return positionEvent({
    matchId,
    occurredAt: matchNamed(matchId).kickOff + Math.round(numberOf(row, 't_ms') * 1_000),
    frame: wholeNumberOf(row, 'frame'),
    object: player === ball ? 'ball' : 'player',
    player: String(player),
    shirt: optionalOf(row, 'shirt', wholeNumberOf),
    team: optionalOf(row, 'team', textOf),
    x: numberOf(row, 'x'),
    y: numberOf(row, 'y'),
    z: optionalOf(row, 'z', numberOf),
    dx: numberOf(row, 'dx'),
    dy: numberOf(row, 'dy'),
  });
};
