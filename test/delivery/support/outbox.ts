import type pg from 'pg';

/** A row as enrichment writes it; what a test does not name is of no interest to it. */
export interface OutboxEntry {
  readonly channel: string;
  readonly id: string;
  readonly delivery?: 'each' | 'latest';
  readonly entity?: string;
  readonly perSecond?: number;
  /** ISO 8601. */
  readonly occurredAt?: string;
  readonly arrivedAt?: string;
  readonly expiresAfterSeconds?: number;
  readonly payload?: object;
}

/** Writes rows in one transaction, in their order. */
export const fillOutbox = async (client: pg.Client | pg.ClientBase, entries: readonly OutboxEntry[]): Promise<void> => {
  await client.query(
    `INSERT INTO millrace.outbox (channel, delivery, entity, per_second, source, source_event_id, occurred_at, arrived_at,
       priority, payload, expires_after_seconds)
     SELECT channel, delivery, entity, per_second, 'market', id, occurred_at, arrived_at, 'normal', payload, expires
     FROM jsonb_to_recordset($1::jsonb) AS e (n int, channel text, delivery text, entity text, per_second int, id text,
       occurred_at timestamptz, arrived_at timestamptz, payload jsonb, expires int)
     ORDER BY n`,
    [
      JSON.stringify(
        entries.map(({ channel, id, delivery = 'each', entity = 'e', perSecond, payload = { id }, ...rest }, n) => ({
          n,
          channel,
          delivery,
          entity,
          per_second: delivery === 'latest' ? (perSecond ?? 1_000) : null,
          id,
          occurred_at: rest.occurredAt ?? '2026-11-21T08:00:00Z',
          arrived_at: rest.arrivedAt ?? new Date().toISOString(),
          payload,
          expires: rest.expiresAfterSeconds ?? null,
        })),
      ),
    ],
  );
};

export const clearDelivery = (client: pg.Client): Promise<unknown> =>
  client.query('TRUNCATE millrace.outbox, millrace.channels, millrace.messages, millrace.snapshots');
