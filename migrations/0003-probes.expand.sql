-- Where a probe writes while a source is held: that the database takes writes again is known by writing. A row a source,
-- apart from what is stored, so that a probe adds nothing to it.
CREATE TABLE millrace.probes (
  source     text COLLATE "C" PRIMARY KEY,
  written_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE ON millrace.probes TO millrace_enrichment;
