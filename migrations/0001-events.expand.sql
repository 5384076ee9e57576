-- Everything a stored event touches in its one statement: events, windows, outbox (docs/decisions, one-statement write).

CREATE SCHEMA millrace;
REVOKE ALL ON SCHEMA millrace FROM PUBLIC;

-- Text that is only compared for identity or order carries COLLATE "C": every lane must sort alike, and fast.
CREATE TABLE millrace.events (
  source          text COLLATE "C" NOT NULL,
  source_event_id text COLLATE "C" NOT NULL,
  -- The UTC day of occurred_at. Part of the key because partitions demand it; the full time would make
  -- the same id a millisecond later a second row.
  occurred_on     date             NOT NULL,
  occurred_at     timestamptz      NOT NULL,
  subject         text COLLATE "C" NOT NULL,
  entity          text COLLATE "C" NOT NULL,
  body            jsonb            NOT NULL,
  -- Of the body as its writer decoded it: tells a duplicate from a conflict.
  body_hash       bytea            NOT NULL,
  schema_id       uuid             NOT NULL,
  priority        text COLLATE "C" NOT NULL,
  correlation_id  text COLLATE "C",
  traceparent     text COLLATE "C",
  -- Where the record stands in its stream, so that an account can be taken from outside.
  stream          text COLLATE "C" NOT NULL,
  shard           text COLLATE "C" NOT NULL,
  sequence_number text COLLATE "C" NOT NULL,
  arrived_at      timestamptz      NOT NULL,
  ingested_at     timestamptz      NOT NULL DEFAULT now(),
  PRIMARY KEY (source, source_event_id, occurred_on)
) PARTITION BY RANGE (occurred_on);

-- A window over event time. Sums are numeric: with doubles the result would depend on how batches were cut.
CREATE TABLE millrace.windows (
  series       text COLLATE "C" NOT NULL,
  span_seconds integer          NOT NULL,
  starts_at    timestamptz      NOT NULL,
  count        bigint           NOT NULL,
  -- Of value times weight: mean = sum / weight, and there is none where the weight is zero.
  sum          numeric          NOT NULL,
  weight       numeric          NOT NULL,
  min          numeric          NOT NULL,
  max          numeric          NOT NULL,
  -- First and last by (occurred_at, source_event_id), so that arrival order does not matter.
  first        numeric          NOT NULL,
  first_at     timestamptz      NOT NULL,
  first_id     text COLLATE "C" NOT NULL,
  last         numeric          NOT NULL,
  last_at      timestamptz      NOT NULL,
  last_id      text COLLATE "C" NOT NULL,
  PRIMARY KEY (series, span_seconds, starts_at)
) WITH (fillfactor = 70); -- open windows are updated by every batch: room on the page keeps those updates out of the index

-- What is to be delivered, written with the event it comes from. Numbers are given later, by the relay:
-- ids become visible out of order and are no cursor.
CREATE TABLE millrace.outbox (
  outbox_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel         text COLLATE "C" NOT NULL,
  delivery        text COLLATE "C" NOT NULL CHECK (delivery IN ('each', 'latest')),
  source          text COLLATE "C" NOT NULL,
  source_event_id text COLLATE "C" NOT NULL,
  occurred_at     timestamptz      NOT NULL,
  arrived_at      timestamptz      NOT NULL,
  priority        text COLLATE "C" NOT NULL,
  payload         jsonb            NOT NULL
);

-- One partition a day, made as CREATE then ATTACH: that holds a lock of three milliseconds, where
-- CREATE ... PARTITION OF would block every lane. A definer function, because handlers have no DDL.
CREATE FUNCTION millrace.ensure_event_partitions(days date[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  day  date;
  name text;
  made integer := 0;
BEGIN
  FOREACH day IN ARRAY days LOOP
    name := 'events_' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass('millrace.' || name) IS NOT NULL;
    -- Two lanes may meet the same new day at once: the second waits here and then finds it made. It looks in pg_class,
    -- with a snapshot of its own: to_regclass may still answer from a cache filled before the wait.
    PERFORM pg_advisory_xact_lock(hashtext('millrace.events'), 0);
    CONTINUE WHEN EXISTS (SELECT FROM pg_class WHERE relname = name AND relnamespace = 'millrace'::regnamespace);
    EXECUTE format('CREATE TABLE millrace.%I (LIKE millrace.events INCLUDING DEFAULTS INCLUDING INDEXES)', name);
    EXECUTE format('ALTER TABLE millrace.events ATTACH PARTITION millrace.%I FOR VALUES FROM (%L) TO (%L)',
                   name, day, day + 1);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION millrace.ensure_event_partitions(date[]) FROM PUBLIC;

-- Roles hold the rights; the login users of functions are members (DATABASE_USERS of the migration function).
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_enrichment') THEN CREATE ROLE millrace_enrichment NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_operations') THEN CREATE ROLE millrace_operations NOLOGIN; END IF;
END $$;

GRANT USAGE ON SCHEMA millrace TO millrace_enrichment, millrace_operations;
GRANT SELECT, INSERT ON millrace.events TO millrace_enrichment;
GRANT SELECT, INSERT, UPDATE ON millrace.windows TO millrace_enrichment;
GRANT INSERT ON millrace.outbox TO millrace_enrichment;
GRANT EXECUTE ON FUNCTION millrace.ensure_event_partitions(date[]) TO millrace_enrichment, millrace_operations;
