import { composeBody, composeTombstone, publishLimits, type PublishedEvent } from '../shared/delivery/message.ts';

/** What an event is ordered by: event time as text, then its id. */
export interface EventOrder {
  readonly occurredAt: string;
  readonly sourceEventId: string;
}

/** A row of the outbox: not numbered yet. */
export interface OutboxRow {
  readonly id: string;
  readonly event: PublishedEvent;
  /** Of `latest`. */
  readonly perSecond: number | null;
  /** Null: never. */
  readonly expiresAfterSeconds: number | null;
  /** Of `latest`: the event of its entity that was numbered last. */
  readonly sent: EventOrder | null;
}

/** What is to be numbered in a channel. */
export interface Unnumbered {
  readonly channel: string;
  readonly delivery: 'each' | 'latest';
  /** The highest number given so far. */
  readonly lastNumber: number;
  /** Of `latest`: no message is numbered before. Milliseconds from `now`. */
  readonly waitMs: number;
  /** The database's clock. Milliseconds since the epoch. */
  readonly now: number;
  /** In the order of their ids. */
  readonly rows: readonly OutboxRow[];
  /** More rows wait than were read. */
  readonly more: boolean;
}

/** A message with its number. Never changed again, but for one that turns out to be unpublishable. */
export interface NewMessage {
  readonly number: number;
  readonly body: string;
  /** Of a tombstone: what cannot be published, and why; until it is parked. */
  readonly unpublishable: { readonly original: string; readonly refusal: string } | null;
}

export interface SentSnapshot {
  readonly number: number;
  readonly event: PublishedEvent;
}

/** What becomes of rows: all of it happens at once, or nothing. */
export interface Numbering {
  readonly channel: string;
  /** The highest number before: where another has been given since, nothing happens. */
  readonly lastNumber: number;
  /** Ids of the rows that leave the outbox. */
  readonly rows: readonly string[];
  readonly messages: readonly NewMessage[];
  readonly snapshots: readonly SentSnapshot[];
  /** Of `latest`: how much later the next message may be numbered. */
  readonly pauseMs: number;
  readonly perSecond: number | null;
  readonly expired: number;
  readonly superseded: number;
}

/** What is slower than the table says would never end. */
const defaultPerSecond = 1;

const isNewer = (a: EventOrder, b: EventOrder): boolean =>
  a.occurredAt > b.occurredAt || (a.occurredAt === b.occurredAt && a.sourceEventId > b.sourceEventId);

const hasExpired = ({ event, expiresAfterSeconds }: OutboxRow, now: number): boolean =>
  expiresAfterSeconds !== null && Date.parse(event.arrivedAt) + expiresAfterSeconds * 1000 < now;

/** A message of these events; a tombstone where it is too large for anybody to publish. */
const message = (
  { channel, delivery }: Pick<Unnumbered, 'channel' | 'delivery'>,
  number: number,
  events: readonly PublishedEvent[],
): NewMessage => {
  const body = composeBody({ channel, number, delivery, events });
  if (Buffer.byteLength(body) <= publishLimits.eventBytes) return { number, body, unpublishable: null };
  const unpublishable = { original: body, refusal: `too large: ${Buffer.byteLength(body)} bytes` };
  return { number, body: composeTombstone({ channel, number, delivery }), unpublishable };
};

/** What a message's own fields take, at the longest; commas between events are counted with them. Bytes. */
const envelopeBytes = (channel: string): number => Buffer.byteLength(channel) + 100;

/** Cuts events into as few messages as fit. One that does not fit alone stands alone. */
const cutEvents = (channel: string, events: readonly PublishedEvent[]): PublishedEvent[][] => {
  const most = publishLimits.eventBytes - envelopeBytes(channel);
  const cut: PublishedEvent[][] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1;
    const last = cut.at(-1);
    if (last && bytes + size <= most) {
      last.push(event);
      bytes += size;
    } else {
      cut.push([event]);
      bytes = size;
    }
  }
  return cut;
};

const planEach = (unnumbered: Unnumbered): Numbering => {
  const { channel, lastNumber, rows, now } = unnumbered;
  const live = rows.filter((row) => !hasExpired(row, now));
  return {
    channel,
    lastNumber,
    rows: rows.map(({ id }) => id),
    messages: live.map(({ event }, index) => message(unnumbered, lastNumber + 1 + index, [event])),
    snapshots: [],
    pauseMs: 0,
    perSecond: null,
    expired: rows.length - live.length,
    superseded: 0,
  };
};

/** The newest row of each entity that is newer than what was sent of it, by the name of the entity. */
const newestRows = (rows: readonly OutboxRow[]): OutboxRow[] => {
  const newest = new Map<string, OutboxRow>();
  for (const row of rows) {
    const best = newest.get(row.event.entity);
    if (best ? isNewer(row.event, best.event) : row.sent === null || isNewer(row.event, row.sent))
      newest.set(row.event.entity, row);
  }
  return [...newest.values()].sort((a, b) => (a.event.entity < b.event.entity ? -1 : 1));
};

const planLatest = (unnumbered: Unnumbered): Numbering => {
  const { channel, lastNumber, rows, now, more, waitMs } = unnumbered;
  const newest = newestRows(rows);
  const live = newest.filter((row) => !hasExpired(row, now));
  const gone = {
    channel,
    lastNumber,
    snapshots: [],
    pauseMs: 0,
    perSecond: null,
    expired: newest.length - live.length,
    superseded: rows.length - newest.length,
  };
  const staying = new Set(live);
  // What is read after this page may replace some of it: nothing is numbered before all has been seen, if it ever is.
  const mustWait = waitMs > 0 || (more && live.length < rows.length);
  if (mustWait || live.length === 0)
    return { ...gone, rows: rows.filter((row) => !staying.has(row)).map(({ id }) => id), messages: [] };
  const perSecond = live.at(-1)?.perSecond ?? defaultPerSecond;
  const cut = cutEvents(
    channel,
    live.map(({ event }) => event),
  );
  return {
    ...gone,
    rows: rows.map(({ id }) => id),
    messages: cut.map((events, index) => message(unnumbered, lastNumber + 1 + index, events)),
    snapshots: cut.flatMap((events, index) => events.map((event) => ({ number: lastNumber + 1 + index, event }))),
    pauseMs: (cut.length * 1000) / perSecond,
    perSecond,
  };
};

/**
 * Decides what becomes of the rows that wait in a channel (docs/delivery.md). Pure.
 *
 * `each`: every row is one message, in the order of the rows. `latest`: one message carries the newest event of every
 * entity, by event time, that is newer than what was sent of it. What is too old gets no number at all, so that numbers
 * have no gap.
 */
export const planMessages = (unnumbered: Unnumbered): Numbering =>
  unnumbered.delivery === 'each' ? planEach(unnumbered) : planLatest(unnumbered);
