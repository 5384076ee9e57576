import {
  byteaArray,
  dateArray,
  float8Array,
  int4Array,
  jsonbArray,
  textArray,
  timestamptzArray,
  uuidArray,
} from '../shared/database/binary-arrays.ts';
import type { StreamPosition } from '../shared/stream/position.ts';
import type { EnrichedEvent, Message } from './event.ts';
import { utcDay } from './event-key.ts';

/**
 * The one statement (docs/decisions/0001): inserts what is new, and computes outbox rows and windows from exactly
 * the rows it inserted. Answers the ordinals (`n`, from 1) of the events that were NOT inserted: no row when all were.
 *
 * Both inserts and updates are sorted, so that lanes meeting the same rows take them in one order and cannot deadlock.
 * The events come ordered by (occurredAt, sourceEventId): the lowest and the highest ordinal of a window are its first
 * and its last, and the highest of an entity is its latest. Windows of the longer spans are rolled up from those of the shortest, which divides them.
 */
export const recordStatement = `
WITH input AS (
  SELECT * FROM unnest(
    $4::text[], $5::date[], $6::timestamptz[], $7::text[], $8::text[], $9::jsonb[], $10::bytea[], $11::uuid[],
    $12::text[], $13::text[], $14::text[], $15::text[], $16::timestamptz[]
  ) WITH ORDINALITY AS t (
    source_event_id, occurred_on, occurred_at, subject, entity, body, body_hash, schema_id,
    priority, correlation_id, traceparent, sequence_number, arrived_at, n)
), inserted AS (
  INSERT INTO millrace.events (
    source, source_event_id, occurred_on, occurred_at, subject, entity, body, body_hash, schema_id,
    priority, correlation_id, traceparent, stream, shard, sequence_number, arrived_at)
  SELECT $1::text, source_event_id, occurred_on, occurred_at, subject, entity, body, body_hash, schema_id,
    priority, correlation_id, traceparent, $2::text, $3::text, sequence_number, arrived_at
  FROM input ORDER BY source_event_id COLLATE "C", occurred_on
  ON CONFLICT DO NOTHING
  RETURNING source_event_id, occurred_on
), fresh AS MATERIALIZED (
  SELECT n, source_event_id, occurred_at, entity FROM input JOIN inserted USING (source_event_id, occurred_on)
), messages AS (
  INSERT INTO millrace.outbox (
    channel, delivery, per_second, expires_after_seconds, entity, source, source_event_id, occurred_at, arrived_at,
    priority, payload)
  SELECT channel, delivery, per_second, expires_after_seconds, entity, $1::text, source_event_id, occurred_at,
    arrived_at, priority, body
  FROM (
    -- Of an entity's 'latest' messages only the newest that was inserted is kept: it supersedes the others at once.
    SELECT max(n) AS n, channel, delivery, nullif(max(per_second), 0) AS per_second,
      nullif(max(expires_after_seconds), 0) AS expires_after_seconds
    FROM unnest($17::int4[], $18::text[], $19::text[], $25::int4[], $26::int4[])
      AS m (n, channel, delivery, per_second, expires_after_seconds)
      JOIN fresh USING (n)
    GROUP BY channel, delivery, entity, CASE delivery WHEN 'each' THEN n END
  ) AS kept JOIN input USING (n)
  ORDER BY n
), measured AS MATERIALIZED (
  -- By way of text, which is exact: the cast from float8 would keep 15 digits of up to 17.
  SELECT n, series, value::text::numeric AS value, weight::text::numeric AS weight, occurred_at AS at, source_event_id AS id
  FROM unnest($20::int4[], $21::text[], $22::float8[], $23::float8[]) AS m (n, series, value, weight) JOIN fresh USING (n)
), shortest AS (
  SELECT series, date_bin(make_interval(secs => ($24::int4[])[1]), at, 'epoch') AS starts_at,
    count(*) AS count, sum(value * weight) AS sum, sum(weight) AS weight, min(value) AS min, max(value) AS max,
    min(n) AS first_n, max(n) AS last_n
  FROM measured GROUP BY 1, 2
), windowed AS (
  SELECT series, span, date_bin(make_interval(secs => span), starts_at, 'epoch') AS starts_at,
    sum(count) AS count, sum(sum) AS sum, sum(weight) AS weight, min(min) AS min, max(max) AS max,
    min(first_n) AS first_n, max(last_n) AS last_n
  FROM shortest CROSS JOIN unnest($24::int4[]) AS span
  GROUP BY 1, 2, 3
), counted AS (
  INSERT INTO millrace.windows AS w (
    series, span_seconds, starts_at, count, sum, weight, min, max, first, first_at, first_id, last, last_at, last_id)
  SELECT x.series, x.span, x.starts_at, x.count, x.sum, x.weight, x.min, x.max, f.value, f.at, f.id, l.value, l.at, l.id
  FROM windowed x
    JOIN measured f ON f.n = x.first_n AND f.series = x.series
    JOIN measured l ON l.n = x.last_n AND l.series = x.series
  ORDER BY x.series, x.span, x.starts_at
  ON CONFLICT (series, span_seconds, starts_at) DO UPDATE SET
    count = w.count + excluded.count, sum = w.sum + excluded.sum, weight = w.weight + excluded.weight,
    min = least(w.min, excluded.min), max = greatest(w.max, excluded.max),
    first    = CASE WHEN (excluded.first_at, excluded.first_id) < (w.first_at, w.first_id) THEN excluded.first    ELSE w.first    END,
    first_at = CASE WHEN (excluded.first_at, excluded.first_id) < (w.first_at, w.first_id) THEN excluded.first_at ELSE w.first_at END,
    first_id = CASE WHEN (excluded.first_at, excluded.first_id) < (w.first_at, w.first_id) THEN excluded.first_id ELSE w.first_id END,
    last     = CASE WHEN (excluded.last_at, excluded.last_id) > (w.last_at, w.last_id) THEN excluded.last    ELSE w.last    END,
    last_at  = CASE WHEN (excluded.last_at, excluded.last_id) > (w.last_at, w.last_id) THEN excluded.last_at ELSE w.last_at END,
    last_id  = CASE WHEN (excluded.last_at, excluded.last_id) > (w.last_at, w.last_id) THEN excluded.last_id ELSE w.last_id END
)
SELECT n::int AS n FROM input WHERE NOT EXISTS (SELECT FROM fresh WHERE fresh.n = input.n)`;

/**
 * The statement's parameters, a column an array.
 * @param at - the stream and shard that all the events come from
 * @param events - each key once, ordered by (occurredAt, sourceEventId); see `inEventOrder`
 * @param spans - window lengths in seconds, the shortest first
 */
export const recordParameters = (
  source: string,
  { stream, shard }: Pick<StreamPosition, 'stream' | 'shard'>,
  events: readonly EnrichedEvent[],
  spans: readonly number[],
): unknown[] => {
  const measures = measureColumns(events);
  const messages = messagesToSend(events);
  return [
    source,
    stream,
    shard,
    textArray(events.map(({ decoded }) => decoded.header.sourceEventId)),
    dateArray(events.map(({ decoded }) => utcDay(decoded.header.occurredAt))),
    timestamptzArray(events.map(({ decoded }) => decoded.header.occurredAt)),
    textArray(events.map(({ decoded }) => decoded.subject)),
    textArray(events.map(({ entity }) => entity)),
    jsonbArray(events.map(({ body }) => JSON.stringify(body))),
    byteaArray(events.map(({ decoded }) => decoded.bodyHash)),
    uuidArray(events.map(({ decoded }) => decoded.schemaId)),
    textArray(events.map(({ decoded, priority }) => priority ?? decoded.header.priority)),
    textArray(events.map(({ decoded }) => decoded.header.correlationId)),
    textArray(events.map(({ decoded }) => decoded.header.traceparent)),
    textArray(events.map(({ position }) => position.sequenceNumber)),
    timestamptzArray(events.map(({ arrivedAt }) => arrivedAt * 1000)),
    int4Array(messages.map(({ n }) => n)),
    textArray(messages.map(({ message }) => message.channel)),
    textArray(messages.map(({ message }) => message.delivery)),
    int4Array(measures.n),
    textArray(measures.series),
    float8Array(measures.value),
    float8Array(measures.weight),
    int4Array(spans),
    int4Array(messages.map(({ message }) => (message.delivery === 'latest' ? message.perSecond : 0))),
    int4Array(messages.map(({ message }) => message.expiresAfterSeconds ?? 0)),
  ];
};

const measureColumns = (events: readonly EnrichedEvent[]) => {
  const columns = { n: [] as number[], series: [] as string[], value: [] as number[], weight: [] as number[] };
  events.forEach(({ measures }, index) => {
    for (const { series, value, weight } of measures) {
      columns.n.push(index + 1);
      columns.series.push(series);
      columns.value.push(value);
      columns.weight.push(weight);
    }
  });
  return columns;
};

const messagesToSend = (events: readonly EnrichedEvent[]): { readonly n: number; readonly message: Message }[] =>
  events.flatMap(({ message }, index) => (message ? [{ n: index + 1, message }] : []));
