import type { Database } from '../shared/database/connection.ts';
import { storeError } from '../shared/database/sqlstate.ts';

/** How long published messages are kept, by the kind of their channel. Hours. */
export interface KeepHours {
  readonly each: number;
  /** Nobody is served an old one: its snapshot stands for it. */
  readonly latest: number;
}

export interface DeletionStore {
  /**
   * Deletes some of what was published longer ago than it is kept, of each channel from its oldest on.
   * @returns how many; 0 when there is nothing left to delete
   * @throws PlatformError where the database does not answer or refuses us
   */
  deleteSome(keepHours: KeepHours): Promise<number>;
}

/** Of one statement: a second of work at most, and no channel is locked for longer. */
const mostChannels = 50;
const mostOfChannel = 1_000;
const timeoutMs = 8_000;

/**
 * Never past a message that must stay, so that what can be read again has no hole: `oldest_number` moves to the first that
 * stays. A channel whose row the relay has locked is left for the next time. In no order, so that no name comes last in
 * every run that has more to do than time.
 *
 * A row that is locked is read as it is then, messages are read as they were when the statement began: the channel may
 * have numbers by now whose messages are not seen here. So where it ends is taken from the messages alone.
 */
const deleteSome = `
WITH due AS MATERIALIZED (
  SELECT c.channel, c.oldest_number, k.until FROM millrace.channels AS c
    JOIN (VALUES ('each', now() - make_interval(hours => $1::int)), ('latest', now() - make_interval(hours => $2::int)))
      AS k (delivery, until) ON k.delivery = c.delivery
  WHERE EXISTS (
    SELECT FROM millrace.messages AS m
    WHERE m.channel = c.channel AND m.number = c.oldest_number AND m.published_at < k.until
  )
  ORDER BY random() LIMIT ${mostChannels} FOR UPDATE OF c SKIP LOCKED
), kept AS MATERIALIZED (
  SELECT d.channel, coalesce(
    (SELECT min(m.number) FROM millrace.messages AS m
     WHERE m.channel = d.channel AND m.number >= d.oldest_number AND m.number < d.oldest_number + ${mostOfChannel}
       AND (m.published_at IS NULL OR m.published_at >= d.until)),
    (SELECT max(m.number) + 1 FROM millrace.messages AS m
     WHERE m.channel = d.channel AND m.number >= d.oldest_number AND m.number < d.oldest_number + ${mostOfChannel}),
    d.oldest_number
  ) AS oldest
  FROM due AS d
), gone AS (
  DELETE FROM millrace.messages AS m USING kept AS k WHERE m.channel = k.channel AND m.number < k.oldest RETURNING m.number
), moved AS (
  UPDATE millrace.channels AS c SET oldest_number = greatest(c.oldest_number, k.oldest) FROM kept AS k WHERE c.channel = k.channel
)
SELECT count(*)::int AS deleted FROM gone`;

export const createDeletionStore = (database: Database): DeletionStore => ({
  deleteSome: async ({ each, latest }) => {
    try {
      const [row] = await database.query<{ deleted: number }>(deleteSome, [each, latest], timeoutMs);
      return row?.deleted ?? 0;
    } catch (error) {
      throw storeError(error);
    }
  },
});
