-- Numbers, bodies and leases of what is delivered (docs/delivery.md, docs/decisions/0008-numbers-at-claim.md).

-- Nothing has ever read the outbox before this, so it holds every message since the first deploy. Nobody was promised them,
-- and none of them says when it expires: the relay would send the news of weeks. The events themselves stay. Empty, the
-- table is altered and indexed at once; enrichment waits for its lock meanwhile, and for no longer.
TRUNCATE millrace.outbox;
-- How long a row has waited here. An event that arrived long ago, because its source was held, has not.
ALTER TABLE millrace.outbox ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
-- Older than this since its arrival when it would be numbered: not sent, counted as expired. Null: never.
ALTER TABLE millrace.outbox ADD COLUMN expires_after_seconds integer CHECK (expires_after_seconds > 0);
-- A row that is here is not numbered. The id orders what waits of a channel; it is no cursor, for ids become visible out of order.
CREATE INDEX outbox_by_channel ON millrace.outbox (channel, outbox_id);

CREATE TABLE millrace.channels (
  channel       text COLLATE "C" PRIMARY KEY,
  delivery      text COLLATE "C" NOT NULL CHECK (delivery IN ('each', 'latest')),
  per_second    integer          CHECK (per_second > 0),   -- of 'latest'
  last_number   bigint           NOT NULL DEFAULT 0,       -- the highest number given
  oldest_number bigint           NOT NULL DEFAULT 1,       -- the lowest that has not been deleted; last_number + 1 when all are
  next_at       timestamptz      NOT NULL DEFAULT '-infinity', -- of 'latest': no message is numbered before
  retry_at      timestamptz      NOT NULL DEFAULT '-infinity', -- after a failure nobody takes the channel before
  lease         text COLLATE "C",                          -- who publishes
  leased_until  timestamptz,                               -- lapsed: anyone may take it
  CHECK ((lease IS NULL) = (leased_until IS NULL))
);
CREATE INDEX channels_leased ON millrace.channels (leased_until) WHERE lease IS NOT NULL;

CREATE TABLE millrace.messages (
  channel      text COLLATE "C" NOT NULL,
  number       bigint           NOT NULL,
  delivery     text COLLATE "C" NOT NULL,
  body         text             NOT NULL, -- exactly the string that is published, always the same
  tombstone    text COLLATE "C",          -- why its events cannot be published
  original     text,                      -- of a tombstone: what could not be published, until it is parked
  refusal      text,                      -- what was said of it when it was refused, until it is published or parked
  numbered_at  timestamptz      NOT NULL DEFAULT now(),
  published_at timestamptz,
  attempts     integer          NOT NULL DEFAULT 0,
  PRIMARY KEY (channel, number)
);
CREATE INDEX messages_unpublished ON millrace.messages (channel, number) WHERE published_at IS NULL;

-- Of 'latest' channels: the newest event of each entity, and the number of the message that carries it.
CREATE TABLE millrace.snapshots (
  channel         text COLLATE "C" NOT NULL,
  entity          text COLLATE "C" NOT NULL,
  number          bigint           NOT NULL,
  occurred_at     timestamptz      NOT NULL,
  source_event_id text COLLATE "C" NOT NULL,
  event           text             NOT NULL, -- JSON of a PublishedEvent
  PRIMARY KEY (channel, entity)
);

-- Takes what nobody holds. Functions, because they lock first and look then: every statement of a function sees what was
-- committed while the one before waited for a lock. A channel is made when its first message is looked for.
CREATE FUNCTION millrace.lease_channels(wanted text[], holder text, seconds double precision)
RETURNS TABLE (taken text, lapsed boolean)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO millrace.channels (channel, delivery, per_second)
  SELECT w.channel, first.delivery, first.per_second
  FROM (SELECT DISTINCT unnest(wanted) COLLATE "C" AS channel) AS w
    CROSS JOIN LATERAL (
      SELECT o.delivery, o.per_second FROM millrace.outbox AS o WHERE o.channel = w.channel ORDER BY o.outbox_id LIMIT 1
    ) AS first
  WHERE NOT EXISTS (SELECT FROM millrace.channels AS c WHERE c.channel = w.channel)
  ORDER BY w.channel
  ON CONFLICT DO NOTHING;
  -- Whoever holds one of them now and lets it go has looked before we are through here, or we find it let go.
  PERFORM FROM millrace.channels AS c WHERE c.channel = ANY (wanted) ORDER BY c.channel FOR UPDATE;
  RETURN QUERY
    WITH free AS (
      SELECT c.channel, c.lease IS NOT NULL AND c.lease <> holder AS lapsed FROM millrace.channels AS c
      WHERE c.channel = ANY (wanted) AND c.retry_at <= clock_timestamp()
        -- Its own, where an answer was lost and it asks again.
        AND (c.lease IS NULL OR c.leased_until <= clock_timestamp() OR c.lease = holder)
    )
    UPDATE millrace.channels AS c SET lease = holder, leased_until = clock_timestamp() + make_interval(secs => seconds)
    FROM free WHERE c.channel = free.channel
    RETURNING c.channel::text, free.lapsed;
END $$;

-- Lets go what nothing waits in, and answers those. The look comes after the lock: an event whose wake found the channel
-- held was committed before, so it is seen here.
CREATE FUNCTION millrace.let_go_channels(held text[], holder text) RETURNS SETOF text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM FROM millrace.channels AS c WHERE c.channel = ANY (held) AND c.lease = holder ORDER BY c.channel FOR UPDATE;
  RETURN QUERY
    UPDATE millrace.channels AS c SET lease = NULL, leased_until = NULL
    WHERE c.channel = ANY (held) AND c.lease = holder
      AND NOT EXISTS (SELECT FROM millrace.outbox AS o WHERE o.channel = c.channel)
      AND NOT EXISTS (SELECT FROM millrace.messages AS m WHERE m.channel = c.channel AND m.published_at IS NULL)
    RETURNING c.channel::text;
END $$;

REVOKE ALL ON FUNCTION millrace.lease_channels(text[], text, double precision) FROM PUBLIC;
REVOKE ALL ON FUNCTION millrace.let_go_channels(text[], text) FROM PUBLIC;

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_relay') THEN CREATE ROLE millrace_relay NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_sweep') THEN CREATE ROLE millrace_sweep NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_deletion') THEN CREATE ROLE millrace_deletion NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_rest_api') THEN CREATE ROLE millrace_rest_api NOLOGIN; END IF;
END $$;

GRANT USAGE ON SCHEMA millrace TO millrace_relay, millrace_sweep, millrace_deletion, millrace_rest_api;

GRANT SELECT, DELETE ON millrace.outbox TO millrace_relay;
GRANT SELECT, INSERT, UPDATE ON millrace.channels, millrace.messages, millrace.snapshots TO millrace_relay;
GRANT EXECUTE ON FUNCTION millrace.lease_channels(text[], text, double precision) TO millrace_relay;
GRANT EXECUTE ON FUNCTION millrace.let_go_channels(text[], text) TO millrace_relay;

GRANT SELECT ON millrace.outbox, millrace.channels, millrace.messages TO millrace_sweep;

GRANT SELECT, UPDATE (oldest_number) ON millrace.channels TO millrace_deletion;
GRANT SELECT, DELETE ON millrace.messages TO millrace_deletion;

GRANT SELECT ON millrace.channels, millrace.messages, millrace.snapshots TO millrace_rest_api;
