import type { DecodedEvent } from '../../shared/serde/decoder.ts';
import { broadcastType, keepsTheBall } from '../broadcast-types.ts';
import { expiresAfterSeconds, segment } from '../channel.ts';
import { compositeName } from '../composite-name.ts';
import type { Enrichment } from '../event.ts';
import { directionOf, pitch, type Place } from '../pitch.ts';
import { broken, optionalText, optionalWithin, text, within } from '../rules.ts';
import type { SourceDefinition } from '../source.ts';

/** A match with extra time and all its breaks. Seconds. */
const longestMatch = 6 * 3600;
/** A ball in the stands is real; three pitches away is a wrong number. Fractions of the pitch. */
const nearest = -1;
const farthest = 2;

const critical: ReadonlySet<string> = new Set(['goal', 'own-goal', 'card']);

type Body = DecodedEvent['body'];

/** In metres; null where one of the two is missing, as it is in set pieces and cards. */
const placeOf = (body: Body, xField: string, yField: string): Place | null => {
  const x = optionalWithin(xField, body[xField], nearest, farthest);
  const y = optionalWithin(yField, body[yField], nearest, farthest);
  return x === null || y === null ? null : { x: x * pitch.length, y: y * pitch.width };
};

/** Seconds since the period began; null where nobody told when that was. The first begins with the match. */
const clockOf = (body: Body, period: number, startSeconds: number): number | null => {
  const told = optionalWithin('periodStartSeconds', body['periodStartSeconds'], 0, longestMatch);
  const began = told ?? (period === 1 ? 0 : null);
  if (began !== null && began > startSeconds) broken('periodStartSeconds', 'at most startSeconds', began);
  return began === null ? null : startSeconds - began;
};

/** Metres and degrees of a pass; nulls for what is none, or has no coordinates. */
const passOf = (type: string, start: Place | null, end: Place | null) => {
  if (type !== 'pass' || start === null || end === null) return { passLength: null, passDirection: null };
  const way: Place = { x: end.x - start.x, y: end.y - start.y };
  return { passLength: Math.hypot(way.x, way.y), passDirection: directionOf(way) };
};

/** One word for what happened, the clock of its period in seconds, metres, who has the ball afterwards. */
export const enrichBroadcast = ({ body }: DecodedEvent): Enrichment => {
  const matchId = text('matchId', body['matchId'], 100);
  const team = text('team', body['team'], 60);
  const subtype = optionalText('subtype', body['subtype'], 100);
  const type = broadcastType(text('type', body['type'], 100), subtype);
  const period = within('period', body['period'], 1, 9);
  const startSeconds = within('startSeconds', body['startSeconds'], 0, longestMatch);
  const endSeconds = within('endSeconds', body['endSeconds'], 0, longestMatch);
  const start = placeOf(body, 'startX', 'startY');
  const end = placeOf(body, 'endX', 'endY');
  return {
    entity: matchId,
    body: {
      matchId,
      seq: within('seq', body['seq'], 0, 1e9),
      team,
      type,
      originalType: body['type'],
      subtype,
      period,
      clockSeconds: clockOf(body, period, startSeconds),
      startSeconds,
      // Partners send an end before its start: a kick-off that begins at 0.04 s and ends at 0.
      durationSeconds: Math.max(0, endSeconds - startSeconds),
      fromPlayer: optionalText('fromPlayer', body['fromPlayer'], 100),
      toPlayer: optionalText('toPlayer', body['toPlayer'], 100),
      start,
      end,
      ...passOf(type, start, end),
      possession: keepsTheBall(type, subtype) ? team : null,
    },
    measures: [{ series: `broadcast.count:${compositeName(matchId, team, type)}`, value: 1, weight: 1 }],
    message: {
      channel: `match/events/${segment(matchId)}`,
      delivery: 'each',
      expiresAfterSeconds: expiresAfterSeconds.each,
    },
    ...(critical.has(type) ? { priority: 'critical' as const } : {}),
  };
};

/** What happens with the ball, as partners describe it. */
export const source: SourceDefinition = {
  enrichers: { 'broadcast-event': enrichBroadcast },
  windowSpans: [60],
};
