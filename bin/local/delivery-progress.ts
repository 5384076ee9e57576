import type { Client } from 'pg';

/** What is not with the clients yet. */
export interface DeliveryProgress {
  /** Events that wait for a number. */
  readonly unsent: number;
  /** Messages that have one, and are not marked as published. */
  readonly unpublished: number;
  /** When the oldest of them arrived, or got its number; milliseconds since the epoch. Undefined where there is none. */
  readonly waitingSince: number | undefined;
  /** The highest number given, by channel. */
  readonly lastNumbers: ReadonlyMap<string, number>;
}

const query = `
  SELECT (SELECT count(*) FROM millrace.outbox)::float8 AS unsent,
         (SELECT count(*) FROM millrace.messages WHERE published_at IS NULL)::float8 AS unpublished,
         floor(extract(epoch FROM least(
           (SELECT min(arrived_at) FROM millrace.outbox),
           (SELECT min(numbered_at) FROM millrace.messages WHERE published_at IS NULL))) * 1000)::float8 AS since,
         (SELECT coalesce(json_object_agg(channel, last_number), '{}') FROM millrace.channels) AS numbers`;
const queryMs = 10_000;

interface ProgressRow {
  readonly unsent: number;
  readonly unpublished: number;
  readonly since: number | null;
  readonly numbers: Readonly<Record<string, number>>;
}

export interface ProgressReader {
  /** @throws Error where the database does not answer; the next call connects again */
  progress(): Promise<DeliveryProgress>;
  close(): void;
}

/**
 * Looks again and again, over one connection for as long as it lasts: a login is dearer than the look.
 * @param connect - a new connection that may read outbox, messages and channels; its `error` events are heard
 */
export const readProgress = (connect: () => Promise<Client>): ProgressReader => {
  let kept: Promise<Client> | undefined;
  const drop = (one: Promise<Client>): void => {
    if (kept === one) kept = undefined;
    // Not waited for: a server that is gone does not say goodbye.
    void one.then((client) => client.end()).catch(() => {});
  };
  const connected = (): Promise<Client> => {
    if (kept) return kept;
    const made = connect();
    kept = made;
    made.then(
      (client) => client.once('end', () => drop(made)),
      () => drop(made),
    );
    return made;
  };
  return {
    progress: async () => {
      const used = connected();
      try {
        const client = await used;
        const asked = { text: query, query_timeout: queryMs };
        const { rows } = await client.query<ProgressRow>(asked);
        const { unsent = 0, unpublished = 0, since, numbers = {} } = rows[0] ?? {};
        return { unsent, unpublished, waitingSince: since ?? undefined, lastNumbers: new Map(Object.entries(numbers)) };
      } catch (error) {
        drop(used);
        throw error;
      }
    },
    close: () => {
      if (kept) drop(kept);
    },
  };
};
