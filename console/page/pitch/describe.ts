import type { Mover } from './match.ts';
import { placeAt, type Place } from './track.ts';

const pitch = { length: 105, width: 68 };

const third = ({ x }: Place): string =>
  x < 0 || x > pitch.length
    ? 'behind a goal line'
    : x < 35
      ? 'in the left third'
      : x <= 70
        ? 'in midfield'
        : 'in the right third';
const flank = ({ y }: Place): string =>
  y < 0 || y > pitch.width
    ? 'beside the pitch'
    : y < 22
      ? 'on the upper flank'
      : y <= 46
        ? 'in the centre'
        : 'on the lower flank';

const near = (ball: Place, players: readonly { mover: Mover; place: Place }[]): string => {
  const away = (place: Place): number => Math.hypot(place.x - ball.x, place.y - ball.y);
  const [closest] = players.toSorted((a, b) => away(a.place) - away(b.place));
  if (!closest) return '';
  return `, nearest to ${closest.mover.side} ${closest.mover.label}`;
};

/** What the picture shows, in words. @param at - event time, milliseconds */
export const describePitch = (movers: readonly Mover[], at: number): string => {
  const placed = movers.flatMap((mover) => {
    const place = placeAt(mover.track, at);
    return place ? [{ mover, place }] : [];
  });
  const players = placed.filter(({ mover }) => !mover.isBall);
  const ball = placed.find(({ mover }) => mover.isBall);
  if (placed.length === 0) return 'Nobody on the pitch yet.';
  const where = ball
    ? `The ball is ${third(ball.place)}, ${flank(ball.place)}${near(ball.place, players)}.`
    : 'No ball.';
  const sprinting = players.filter(({ mover }) => mover.sprint).map(({ mover }) => `${mover.side} ${mover.label}`);
  const who = sprinting.length === 0 ? 'Nobody sprints.' : `Sprinting: ${sprinting.join(', ')}.`;
  return `${players.length} players. ${where} ${who}`;
};
