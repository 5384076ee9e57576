import { partitionKeyOf, type FeedEvent } from '../feed-event.ts';
import { matchNamed } from '../matches.ts';
import { numberOf, optionalOf, textOf, wholeNumberOf, type Row } from '../row.ts';

export interface BroadcastEvent {
  readonly matchId: string;
  /** Microseconds since the epoch. */
  readonly occurredAt: number;
  readonly seq: number;
  readonly team: string;
  readonly type: string;
  readonly subtype: string | null;
  readonly period: number;
  /** Seconds since kick-off, as the two below. */
  readonly periodStartSeconds: number | null;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly fromPlayer: string | null;
  readonly toPlayer: string | null;
  /** Fractions of the pitch. */
  readonly startX: number | null;
  readonly startY: number | null;
  readonly endX: number | null;
  readonly endY: number | null;
}

const source = 'broadcast';

/** Known by match and number. */
export const broadcastEvent = ({ occurredAt, ...body }: BroadcastEvent): FeedEvent => ({
  source,
  subject: 'broadcast-event',
  partitionKey: partitionKeyOf(body.matchId),
  event: { header: { source, sourceEventId: `${body.matchId}/${body.seq}`, occurredAt }, ...body },
});

/** `{"match_id":"metrica-1","seq":2,"team":"Away","type":"PASS","subtype":null,"period":1,"start_s":0.04,"end_s":0.12,"from":"Player19","to":"Player21","start_x":0.45,…}` */
export const broadcastEventOfRow = (row: Row): FeedEvent => {
  const matchId = textOf(row, 'match_id');
  const { kickOff, periodStarts } = matchNamed(matchId);
  const period = wholeNumberOf(row, 'period');
  const startSeconds = numberOf(row, 'start_s');
  return broadcastEvent({
    matchId,
    occurredAt: kickOff + Math.round(startSeconds * 1_000_000),
    seq: wholeNumberOf(row, 'seq'),
    team: textOf(row, 'team'),
    type: textOf(row, 'type'),
    subtype: optionalOf(row, 'subtype', textOf),
    period,
    periodStartSeconds: periodStarts[period - 1] ?? null,
    startSeconds,
    endSeconds: numberOf(row, 'end_s'),
    fromPlayer: optionalOf(row, 'from', textOf),
    toPlayer: optionalOf(row, 'to', textOf),
    startX: optionalOf(row, 'start_x', numberOf),
    startY: optionalOf(row, 'start_y', numberOf),
    endX: optionalOf(row, 'end_x', numberOf),
    endY: optionalOf(row, 'end_y', numberOf),
  });
};
