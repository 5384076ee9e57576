import type { Database } from '../shared/database/connection.ts';
import { storeError } from '../shared/database/sqlstate.ts';
import type { Resilient } from '../shared/resilience/retry.ts';

/** What is asked of a channel. */
export interface MessageQuestion {
  readonly channel: string;
  /** Only what is numbered higher; undefined: from the oldest that is there. */
  readonly after: number | undefined;
  /** Messages of an `each` channel at most. */
  readonly limit: number;
  /** Of what is read, in UTF-8, at most. */
  readonly mostBytes: number;
}

/** A channel as it stands at one moment. */
export interface ChannelPage {
  readonly delivery: 'each' | 'latest';
  /** The lowest number that can still be read; `newest` + 1 where there is none. */
  readonly oldest: number;
  /** The highest number that can be read: nothing is read that has not been published, nor what follows it. */
  readonly newest: number;
  /** The highest number given; those above `newest` are on their way. */
  readonly given: number;
  /**
   * JSON texts with the number of the message they are or came with, in order: messages of an `each` channel, as they
   * were published; of a `latest` channel the newest event of each entity.
   */
  readonly parts: readonly { readonly number: number; readonly json: string }[];
  /** There are more behind the last of them. */
  readonly more: boolean;
}

export interface ChannelStore {
  /** @returns undefined where no such channel is known @throws PlatformError `retry` or `halt` */
  read(question: MessageQuestion, resilient: Resilient): Promise<ChannelPage | undefined>;
}

interface Row {
  readonly delivery: 'each' | 'latest';
  readonly oldest: string;
  readonly newest: string;
  readonly given: string;
  readonly number: string | null;
  readonly json: string | null;
  readonly more: boolean;
}

/**
 * One statement, so that all of it is of one moment. What has not been published may still become a tombstone under the
 * same number, so nothing is read from the first such message on. What does not fit is left out from the end: of an `each` channel by
 * count and bytes; of a `latest` channel by bytes and in whole messages (equal numbers are peers of the sum), so that
 * its last number is one to go on from. One message is far smaller than what fits, so there is always one.
 */
const statement = `
WITH asked AS (
  SELECT delivery, oldest_number, last_number, coalesce(
    (SELECT min(number) - 1 FROM millrace.messages WHERE channel = $1 AND published_at IS NULL), last_number) AS newest
  FROM millrace.channels WHERE channel = $1
), candidates AS (
  SELECT message.number, '' AS entity, message.body AS json
  FROM asked CROSS JOIN LATERAL (
    SELECT number, body FROM millrace.messages
    WHERE asked.delivery = 'each' AND channel = $1 AND number > $2 AND number <= asked.newest
    ORDER BY number LIMIT $3 + 1) AS message
  UNION ALL
  SELECT snapshot.number, snapshot.entity, snapshot.event
  FROM asked JOIN millrace.snapshots AS snapshot
    ON asked.delivery = 'latest' AND snapshot.channel = $1 AND snapshot.number > $2 AND snapshot.number <= asked.newest
), sized AS (
  SELECT number, entity, json, row_number() OVER (ORDER BY number, entity) AS place,
    sum(octet_length(json) + 1) OVER (ORDER BY number) AS bytes
  FROM candidates
), chosen AS (
  SELECT sized.* FROM sized, asked WHERE bytes <= $4 AND (asked.delivery = 'latest' OR place <= $3)
)
SELECT asked.delivery, asked.oldest_number AS oldest, asked.newest, asked.last_number AS given,
  chosen.number, chosen.json,
  (SELECT count(*) FROM candidates) > (SELECT count(*) FROM chosen) AS more
FROM asked LEFT JOIN chosen ON true
ORDER BY chosen.number, chosen.entity`;

/** Numbers of channels: `bigint`, which the driver gives as text. */
const pageOf = (rows: readonly Row[]): ChannelPage | undefined => {
  const [first] = rows;
  return (
    first && {
      delivery: first.delivery,
      oldest: Number(first.oldest),
      newest: Number(first.newest),
      given: Number(first.given),
      parts: rows.flatMap(({ number, json }) =>
        number === null ? [] : [{ number: Number(number), json: json ?? '' }],
      ),
      more: first.more,
    }
  );
};

/** Reads channels as whoever has the role `millrace_rest_api`. */
export const createChannelStore = (database: Database): ChannelStore => ({
  read: async ({ channel, after, limit, mostBytes }, resilient) => {
    const rows = await resilient(async (timeoutMs) => {
      try {
        return await database.query<Row>(statement, [channel, after ?? 0, limit, mostBytes], timeoutMs);
      } catch (error) {
        throw storeError(error);
      }
    });
    return pageOf(rows);
  },
});
