import type pg from 'pg';

export interface Tables {
  readonly events: readonly Record<string, unknown>[];
  readonly windows: readonly Record<string, unknown>[];
  readonly outbox: readonly Record<string, unknown>[];
}

/** What the statement wrote, in an order of its own, without the clock of the database and its counters. */
export const readTables = async (client: pg.Client): Promise<Tables> => {
  const read = async (sql: string): Promise<Record<string, unknown>[]> => (await client.query(sql)).rows;
  return {
    events: await read(
      `SELECT source, source_event_id, occurred_on::text, occurred_at, subject, entity, body, body_hash, stream, shard, sequence_number
       FROM millrace.events ORDER BY source, source_event_id, occurred_on`,
    ),
    windows: await read(
      `SELECT series, span_seconds, starts_at, count, trim_scale(sum)::text AS sum, trim_scale(weight)::text AS weight,
         trim_scale(min)::text AS min, trim_scale(max)::text AS max, trim_scale(first)::text AS first, first_at, first_id,
         trim_scale(last)::text AS last, last_at, last_id
       FROM millrace.windows ORDER BY series, span_seconds, starts_at`,
    ),
    outbox: await read(
      `SELECT channel, delivery, entity, per_second, expires_after_seconds, source, source_event_id, occurred_at, arrived_at, priority, payload
       FROM millrace.outbox ORDER BY channel, source_event_id`,
    ),
  };
};
