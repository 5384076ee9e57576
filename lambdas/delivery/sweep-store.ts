import type { Database } from '../shared/database/connection.ts';
import { storeError } from '../shared/database/sqlstate.ts';

export interface Unsent {
  /** Where something waits that nobody is at. */
  readonly channels: readonly string[];
  /** Rows that are not numbered and messages that are not published, counted up to `mostCounted` of each. */
  readonly unsent: number;
  /**
   * Of the oldest of them: how long it has waited since it was put into the outbox, or since it was numbered. 0 where none
   * waits. Its event may have arrived long before, where its source was held.
   */
  readonly oldestSeconds: number;
}

export interface SweepStore {
  /** @throws PlatformError where the database does not answer or refuses us */
  findUnsent(): Promise<Unsent>;
}

/** More are found by the next sweep. */
const mostChannels = 10_000;
const mostCounted = 100_000;
const timeoutMs = 20_000;

/** The first row of each channel, from one to the next by the index: no row between them is read. */
const waiting = `
WITH RECURSIVE first AS (
  (SELECT channel, stored_at FROM millrace.outbox ORDER BY channel, outbox_id LIMIT 1)
  UNION ALL
  SELECT next.channel, next.stored_at FROM first CROSS JOIN LATERAL (
    SELECT o.channel, o.stored_at FROM millrace.outbox AS o WHERE o.channel > first.channel
    ORDER BY o.channel, o.outbox_id LIMIT 1
  ) AS next
), waiting AS (
  SELECT channel, stored_at AS since FROM first
  UNION ALL
  SELECT channel, numbered_at FROM millrace.messages WHERE published_at IS NULL
)`;

const findChannels = `${waiting}
SELECT DISTINCT channel FROM (
  SELECT w.channel FROM waiting AS w LEFT JOIN millrace.channels AS c ON c.channel = w.channel
  WHERE c.lease IS NULL OR c.leased_until <= clock_timestamp()
  UNION ALL
  SELECT channel FROM millrace.channels WHERE lease IS NOT NULL AND leased_until <= clock_timestamp()
) AS left_alone ORDER BY channel LIMIT ${mostChannels}`;

const measure = `${waiting}
SELECT
  (SELECT count(*) FROM (SELECT FROM millrace.outbox LIMIT ${mostCounted}) AS o)
    + (SELECT count(*) FROM (SELECT FROM millrace.messages WHERE published_at IS NULL LIMIT ${mostCounted}) AS m) AS unsent,
  (SELECT extract(epoch FROM clock_timestamp() - min(since)) FROM waiting)::float8 AS oldest`;

export const createSweepStore = (database: Database): SweepStore => ({
  findUnsent: async () => {
    try {
      const channels = await database.query<{ channel: string }>(findChannels, [], timeoutMs);
      const [row] = await database.query<{ unsent: string; oldest: number | null }>(measure, [], timeoutMs);
      return {
        channels: channels.map(({ channel }) => channel),
        unsent: Number(row?.unsent ?? 0),
        oldestSeconds: Math.max(0, row?.oldest ?? 0),
      };
    } catch (error) {
      throw storeError(error);
    }
  },
});
