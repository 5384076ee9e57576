/** Messages of `each`, and rows of `latest`, that are read of a channel at once: it holds one page of each at most. */
const pageOf = { each: 50, latest: 1_000 } as const;
/** About what an event's own fields take in a message. */
const envelopeBytes = 300;

/**
 * What waits in channels that are held. The statement takes no lock: while the lease is ours nobody else numbers, and what
 * becomes visible meanwhile is seen by the next look. $3: bytes of a page; the first of it is read however large it is.
 * Of the others only what fits as it is stored, mostly compressed, is unpacked to see how large it is.
 */
export const readStatement = `
SELECT c.channel, c.delivery, c.last_number AS "lastNumber",
  greatest(0, extract(epoch FROM c.next_at - clock_timestamp()) * 1000)::float8 AS "waitMs",
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
  numbered.messages AS unpublished, CASE WHEN numbered."wasRefused" THEN
    (SELECT body FROM millrace.messages WHERE channel = c.channel AND number = numbered.lowest - 1) END AS control, outbox.rows, outbox.more
FROM millrace.channels AS c
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object('number', number, 'body', body, 'attempts', attempts,
      'refused', CASE WHEN original IS NULL THEN refusal END, 'unpublishable',
      CASE WHEN original IS NOT NULL THEN json_build_object('original', original, 'refusal', refusal) END) ORDER BY number)
    FILTER (WHERE before < $3::int) AS messages, min(number) AS lowest, bool_or(refusal IS NOT NULL) AS "wasRefused"
  FROM (
    SELECT *, sum(bytes) OVER (ORDER BY number) - bytes AS before
    FROM millrace.messages, LATERAL (SELECT octet_length(body) + coalesce(octet_length(original), 0) AS bytes) AS size
    WHERE channel = c.channel AND published_at IS NULL ORDER BY number LIMIT ${pageOf.each}
  ) AS page
) AS numbered ON true
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_object(
      'id', page.outbox_id::text, 'perSecond', page.per_second, 'expiresAfterSeconds', page.expires_after_seconds,
      'event', json_build_object('source', page.source, 'sourceEventId', page.source_event_id,
        'entity', coalesce(page.entity, ''),
        'occurredAt', to_char(page.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'arrivedAt', to_char(page.arrived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'priority', page.priority, 'body', page.payload),
      'sent', CASE WHEN s.entity IS NOT NULL THEN json_build_object(
        'occurredAt', to_char(s.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'sourceEventId', s.source_event_id) END) ORDER BY page.outbox_id)
    FILTER (WHERE page.before < $3::int) AS rows,
    count(*) FILTER (WHERE page.before < $3::int) < max(page.many)
      OR max(page.many) = CASE c.delivery WHEN 'each' THEN ${pageOf.each} ELSE ${pageOf.latest} END AS more
  FROM (
    SELECT *, sum(bytes) OVER (ORDER BY outbox_id) - bytes AS before
    FROM (
      SELECT *, count(*) OVER () AS many,
        sum(pg_column_size(payload)) OVER (ORDER BY outbox_id) - pg_column_size(payload) AS stored_before
      FROM (
        SELECT * FROM millrace.outbox WHERE channel = c.channel ORDER BY outbox_id
        LIMIT CASE c.delivery WHEN 'each' THEN ${pageOf.each} ELSE ${pageOf.latest} END
      ) AS first
    ) AS found, LATERAL (
      SELECT octet_length(payload::text) + octet_length(source_event_id) + ${envelopeBytes} AS bytes OFFSET 0) AS size
    WHERE stored_before < $3::int
  ) AS page
  LEFT JOIN millrace.snapshots AS s ON s.channel = c.channel AND s.entity = coalesce(page.entity, '')
) AS outbox ON numbered.messages IS NULL
WHERE c.channel = ANY ($1::text[]) AND c.lease = $2::text`;

/**
 * Numbers what waits, under the lock of its channel's row, where the lease is still ours and no other number was given:
 * rows leave the outbox and messages come into being at once. Answers the channels in which it was done.
 */
export const numberStatement = `
WITH held AS MATERIALIZED (
  SELECT c.channel, c.delivery, i.given, i.per_second, i.pause_ms
  FROM unnest($3::text[], $4::text[]::bigint[], $5::int4[], $6::int4[], $7::float8[])
    AS i (channel, last_number, given, per_second, pause_ms)
    JOIN millrace.channels AS c ON c.channel = i.channel COLLATE "C"
  WHERE c.lease = $1::text AND c.last_number = i.last_number
  ORDER BY c.channel FOR UPDATE OF c
), removed AS (
  DELETE FROM millrace.outbox AS o USING held AS h
  WHERE o.channel = h.channel AND o.outbox_id = ANY ($8::text[]::bigint[])
), numbered AS (
  INSERT INTO millrace.messages (channel, number, delivery, body, tombstone, original, refusal)
  SELECT h.channel, m.number, h.delivery, m.body, CASE WHEN m.original IS NOT NULL THEN 'unpublishable' END, m.original, m.refusal
  FROM unnest($9::text[], $10::text[]::bigint[], $11::text[], $12::text[], $13::text[])
    AS m (channel, number, body, original, refusal)
    JOIN held AS h ON h.channel = m.channel COLLATE "C"
), sent AS (
  INSERT INTO millrace.snapshots AS s (channel, entity, number, occurred_at, source_event_id, event)
  SELECT h.channel, e.entity, e.number, e.occurred_at, e.source_event_id, e.event
  FROM unnest($14::text[], $15::text[]::bigint[], $16::text[], $17::text[]::timestamptz[], $18::text[], $19::text[])
    AS e (channel, number, entity, occurred_at, source_event_id, event)
    JOIN held AS h ON h.channel = e.channel COLLATE "C"
  ON CONFLICT (channel, entity) DO UPDATE SET number = excluded.number, occurred_at = excluded.occurred_at,
    source_event_id = excluded.source_event_id, event = excluded.event
)
UPDATE millrace.channels AS c SET
  last_number = c.last_number + h.given,
  per_second = coalesce(nullif(h.per_second, 0), c.per_second),
  next_at = CASE WHEN h.pause_ms > 0 THEN clock_timestamp() + make_interval(secs => h.pause_ms / 1000) ELSE c.next_at END,
  leased_until = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
FROM held AS h WHERE c.channel = h.channel
RETURNING c.channel`;

/** What was parked before it was published needs no original any more. */
export const markStatement = `
WITH taken AS MATERIALIZED (
  SELECT m.channel, m.number FROM unnest($1::text[], $2::text[]::bigint[]) AS p (channel, number)
    JOIN millrace.messages AS m ON m.channel = p.channel COLLATE "C" AND m.number = p.number
  WHERE m.published_at IS NULL
  ORDER BY m.channel, m.number FOR UPDATE OF m
)
UPDATE millrace.messages AS m
SET published_at = clock_timestamp(), attempts = m.attempts + 1, original = NULL, refusal = NULL
FROM taken WHERE m.channel = taken.channel AND m.number = taken.number`;

export const doubtStatement = `
UPDATE millrace.messages AS m
SET attempts = CASE WHEN m.refusal = d.refusal THEN m.attempts + 1 ELSE 1 END, refusal = d.refusal
FROM unnest($1::text[], $2::text[]::bigint[], $3::text[]) AS d (channel, number, refusal)
  JOIN millrace.channels AS c ON c.channel = d.channel COLLATE "C" AND c.lease = $4::text
WHERE m.channel = c.channel AND m.number = d.number AND m.published_at IS NULL AND m.tombstone IS NULL`;

export const entombStatement = `
UPDATE millrace.messages AS m
SET body = t.body, tombstone = 'unpublishable', original = m.body, refusal = t.refusal, attempts = m.attempts + 1
FROM unnest($1::text[], $2::text[]::bigint[], $3::text[], $4::text[]) AS t (channel, number, body, refusal)
  JOIN millrace.channels AS c ON c.channel = t.channel COLLATE "C" AND c.lease = $5::text
WHERE m.channel = c.channel AND m.number = t.number AND m.published_at IS NULL AND m.tombstone IS NULL`;

/** Rows that are locked by a statement of several are locked in the order of their names: two of them never wait in a circle. */
const mine = `
WITH mine AS MATERIALIZED (
  SELECT channel FROM millrace.channels WHERE channel = ANY ($1::text[]) AND lease = $2::text ORDER BY channel FOR UPDATE
)`;

export const renewStatement = `${mine}
UPDATE millrace.channels AS c SET leased_until = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
FROM mine WHERE c.channel = mine.channel
RETURNING c.channel`;

export const releaseStatement = `${mine}
UPDATE millrace.channels AS c SET lease = NULL, leased_until = NULL,
  retry_at = CASE WHEN $3::float8 > 0 THEN clock_timestamp() + make_interval(secs => $3::float8 / 1000) ELSE retry_at END
FROM mine WHERE c.channel = mine.channel`;

export const releaseUntilNextStatement = `${mine}
UPDATE millrace.channels AS c SET lease = NULL, leased_until = NULL, retry_at = greatest(c.retry_at, c.next_at)
FROM mine WHERE c.channel = mine.channel`;
