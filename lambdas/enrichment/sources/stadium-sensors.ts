import type { DecodedEvent } from '../../shared/serde/decoder.ts';
import { expiresAfterSeconds, segment } from '../channel.ts';
import { compositeName } from '../composite-name.ts';
import type { Enrichment } from '../event.ts';
import { directionOf, pitch, zoneOf, type Place } from '../pitch.ts';
import { optionalText, optionalWithin, text, within } from '../rules.ts';
import type { SourceDefinition } from '../source.ts';

/** Sensors see people beside the pitch, and the ball in the stands; a whole pitch away is a broken sensor. Percent. */
const nearest = -100;
const farthest = 200;
/** From one end of that to the other. */
const longestStep = farthest - nearest;
/** Metres a second. */
const sprintAbove = 7;
/** Below it a heading is the sensor's noise. Metres a second. */
const standingBelow = 0.1;

const placeOf = (field: string, value: unknown, metres: number): number =>
  (within(field, value, nearest, farthest) / 100) * metres;

const stepOf = (field: string, value: unknown, metres: number): number =>
  (within(field, value, -longestStep, longestStep) / 100) * metres;

/**
 * Metres on the pitch, speed in m/s and heading in degrees from what has changed since the frame before, and the zone.
 * Heading is null for what stands still.
 */
export const enrichPosition = ({ body }: DecodedEvent): Enrichment => {
  const matchId = text('matchId', body['matchId'], 100);
  const player = text('player', body['player'], 80);
  const place: Place = {
    x: placeOf('x', body['x'], pitch.length),
    y: placeOf('y', body['y'], pitch.width),
  };
  const moved: Place = {
    x: stepOf('dx', body['dx'], pitch.length),
    y: stepOf('dy', body['dy'], pitch.width),
  };
  const seconds = within('frameMs', body['frameMs'], 1, 60_000) / 1000;
  const speed = Math.hypot(moved.x, moved.y) / seconds;
  const isPlayer = body['object'] === 'player';
  const entity = compositeName(matchId, player);
  return {
    entity,
    body: {
      matchId,
      frame: within('frame', body['frame'], 0, 1e9),
      object: body['object'],
      player,
      shirt: optionalWithin('shirt', body['shirt'], 0, 999),
      team: optionalText('team', body['team'], 100),
      ...place,
      z: optionalWithin('z', body['z'], -10, 200),
      speed,
      heading: speed < standingBelow ? null : directionOf(moved),
      zone: zoneOf(place),
      sprint: isPlayer && speed > sprintAbove,
    },
    measures: isPlayer ? [{ series: `stadium-sensors.speed:${entity}`, value: speed, weight: 1 }] : [],
    message: {
      channel: `match/positions/${segment(matchId)}`,
      delivery: 'latest',
      perSecond: 5,
      expiresAfterSeconds: expiresAfterSeconds.latest,
    },
  };
};

/** Players and the ball, twenty frames a second. */
export const source: SourceDefinition = {
  enrichers: { 'sensor-position': enrichPosition },
  windowSpans: [60],
};
