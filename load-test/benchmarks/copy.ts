import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import { utcDay } from '../../lambdas/enrichment/event-key.ts';

const columns = [
  'source',
  'source_event_id',
  'occurred_on',
  'occurred_at',
  'subject',
  'entity',
  'body',
  'body_hash',
  'schema_id',
  'priority',
  'correlation_id',
  'traceparent',
  'stream',
  'shard',
  'sequence_number',
  'arrived_at',
] as const;

const dayMs = 86_400_000;

/** The row that the statement would insert, as values of `columns`. */
const values = ({ decoded, entity, body, position, arrivedAt }: EnrichedEvent): (string | null)[] => [
  decoded.header.source,
  decoded.header.sourceEventId,
  new Date(utcDay(decoded.header.occurredAt) * dayMs).toISOString().slice(0, 10),
  new Date(decoded.header.occurredAt / 1000).toISOString(),
  decoded.subject,
  entity,
  JSON.stringify(body),
  `\\x${decoded.bodyHash.toString('hex')}`,
  decoded.schemaId,
  decoded.header.priority,
  decoded.header.correlationId,
  decoded.header.traceparent,
  position.stream,
  position.shard,
  position.sequenceNumber,
  new Date(arrivedAt).toISOString(),
];

/** COPY's text format: what PostgreSQL's documentation tells to escape, and \N for null. */
const escape = (value: string | null): string =>
  value === null ? '\\N' : value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n');

/** The rows as COPY reads them; prepared before the clock starts, so COPY is measured without our encoding. */
export const copyText = (events: readonly EnrichedEvent[]): string =>
  events.map((event) => `${values(event).map(escape).join('\t')}\n`).join('');

/** Plain COPY of the same rows into the same table; each text in a transaction of its own. @returns seconds */
export const timeCopy = async (client: pg.Client, texts: readonly string[]): Promise<number> => {
  const startedAt = performance.now();
  for (const text of texts) {
    const stream = client.query(copyFrom(`COPY millrace.events (${columns.join(', ')}) FROM STDIN`));
    stream.end(text);
    await once(stream, 'finish');
  }
  return (performance.now() - startedAt) / 1000;
};

/** One INSERT a record, each in a transaction of its own: what a handler does that loops. @returns seconds */
export const timeSingleInserts = async (client: pg.Client, events: readonly EnrichedEvent[]): Promise<number> => {
  const sql = `INSERT INTO millrace.events (${columns.join(', ')}) VALUES (${columns.map((_, n) => `$${n + 1}`).join(', ')})
    ON CONFLICT DO NOTHING`;
  const rows = events.map(values);
  const startedAt = performance.now();
  for (const row of rows) await client.query(sql, row);
  return (performance.now() - startedAt) / 1000;
};
