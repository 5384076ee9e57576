import type {
  ChannelState,
  DeliveryReaders,
  MessageRow,
  OutboxRow,
  SnapshotRow,
  StoredEvent,
} from '../account/delivery/evidence.ts';
import { digestsOf, parseText, readMessage } from '../account/delivery/read-message.ts';
import { keyOf, type Identity } from '../account/evidence.ts';
import { rowPages, type ConnectReader } from './row-pages.ts';

const manyRows = 5_000;
/** The body of a message has up to 240 KB, as a rule a few; that of an event as a rule less than one. */
const fewRows = 200;
const someRows = 1_000;

const ms = (column: string): string => `floor(extract(epoch FROM ${column}) * 1000)::float8`;
const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::float8`;

/** Numbers of messages as float8: bigint would come as text, and none will be beyond 2^53. */
const channelsQuery = `
  SELECT channel, delivery, per_second AS "perSecond", last_number::float8 AS "lastNumber",
         oldest_number::float8 AS "oldestNumber"
    FROM millrace.channels`;

const messagesQuery = `
  SELECT channel, number::float8 AS number, body, ${ms('numbered_at')} AS "numberedAt",
         ${ms('published_at')} AS "publishedAt"
    FROM millrace.messages ORDER BY channel, number`;

const snapshotsQuery = `
  SELECT channel, entity, number::float8 AS number, source_event_id AS "sourceEventId" FROM millrace.snapshots`;

const day = (column: string): string => `(${column} AT TIME ZONE 'UTC')::date - DATE '1970-01-01'`;

const outboxQuery = `
  SELECT channel, source, source_event_id AS "sourceEventId", ${day('occurred_at')} AS day FROM millrace.outbox`;

const eventsQuery = `
  SELECT source, source_event_id AS "sourceEventId", occurred_on - DATE '1970-01-01' AS day, subject, entity,
         ${micros('occurred_at')} AS "occurredAt", ${ms('arrived_at')} AS "arrivedAt", ${ms('ingested_at')} AS "storedAt", body::text
    FROM millrace.events`;

type Key = Omit<Identity, 'bodyHash'>;
type ChannelRow = Omit<ChannelState, 'perSecond'> & { readonly perSecond: number | null };
type BodyRow = Pick<MessageRow, 'channel' | 'number' | 'numberedAt'> & {
  readonly body: string;
  readonly publishedAt: number | null;
};

export interface DeliveryConnections {
  /** May read channels, messages and snapshots. */
  readonly messages: ConnectReader;
  readonly outbox: ConnectReader;
  readonly events: ConnectReader;
}

const readChannels = async (connect: ConnectReader): Promise<readonly ChannelState[]> => {
  const states: ChannelState[] = [];
  for await (const rows of rowPages<ChannelRow>(connect, channelsQuery, manyRows))
    states.push(...rows.map((row) => ({ ...row, perSecond: row.perSecond ?? undefined })));
  return states;
};

async function* readMessages(connect: ConnectReader): AsyncGenerator<readonly MessageRow[]> {
  for await (const rows of rowPages<BodyRow>(connect, messagesQuery, fewRows))
    yield rows.map(({ body, publishedAt, ...row }) => {
      const value = parseText(body);
      return { ...row, publishedAt: publishedAt ?? undefined, message: readMessage(value), ...digestsOf(body, value) };
    });
}

async function* readOutbox(connect: ConnectReader): AsyncGenerator<readonly OutboxRow[]> {
  for await (const rows of rowPages<Key & { readonly channel: string }>(connect, outboxQuery, manyRows))
    yield rows.map((row) => ({ channel: row.channel, key: keyOf(row) }));
}

async function* readStoredEvents(connect: ConnectReader): AsyncGenerator<readonly StoredEvent[]> {
  for await (const rows of rowPages<Key & Omit<StoredEvent, 'key'>>(connect, eventsQuery, someRows))
    yield rows.map(({ day: ofDay, ...row }) => ({ ...row, key: keyOf({ ...row, day: ofDay }) }));
}

/** The tables of what is delivered, each as it is at one moment. */
export const createDeliveryReaders = ({ messages, outbox, events }: DeliveryConnections): DeliveryReaders => ({
  readChannels: () => readChannels(messages),
  readMessages: () => readMessages(messages),
  readSnapshots: () => rowPages<SnapshotRow>(messages, snapshotsQuery, manyRows),
  readOutbox: () => readOutbox(outbox),
  readStoredEvents: () => readStoredEvents(events),
});
