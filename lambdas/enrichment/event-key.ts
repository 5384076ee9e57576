import type { EventHeader } from '../shared/serde/decoder.ts';

const microsPerDay = 86_400_000_000;

/** The UTC day of a time, as whole days since 1970-01-01. @param micros - microseconds since the epoch */
export const utcDay = (micros: number): number => Math.floor(micros / microsPerDay);

/** The identity of an event within its source: the primary key of `events` less the source. */
export const eventKey = ({ sourceEventId, occurredAt }: EventHeader): string =>
  `${utcDay(occurredAt)}/${sourceEventId}`;

/** Orders by (occurredAt, sourceEventId), ids by their UTF-8 bytes as COLLATE "C" does. */
export const inEventOrder = (a: EventHeader, b: EventHeader): number =>
  a.occurredAt - b.occurredAt || Buffer.compare(Buffer.from(a.sourceEventId), Buffer.from(b.sourceEventId));
