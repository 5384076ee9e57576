import type { Database } from '../../lambdas/shared/database/connection.ts';
import { recordStatement } from '../../lambdas/enrichment/record-statement.ts';
import {
  readBytes,
  readDays,
  readDoubles,
  readInts,
  readJson,
  readTexts,
  readTextsOrNull,
  readTimes,
} from './columns.ts';
import { addToWindows, type Measured, type WindowRow } from './windows.ts';

export interface EventRow {
  readonly source: string;
  readonly sourceEventId: string;
  /** Whole days since 1970-01-01. */
  readonly day: number;
  readonly occurredAt: number;
  readonly subject: string;
  readonly entity: string;
  readonly body: unknown;
  readonly bodyHash: Buffer;
  readonly stream: string;
  readonly shard: string;
  readonly sequenceNumber: string;
  /** Microseconds since the epoch, as are all times here. */
  readonly arrivedAt: number;
}

export interface OutboxRow {
  readonly channel: string;
  readonly delivery: string;
  readonly entity: string;
  readonly perSecond: number | null;
  readonly expiresAfterSeconds: number | null;
  readonly source: string;
  readonly sourceEventId: string;
  readonly occurredAt: number;
  readonly arrivedAt: number;
  readonly priority: string;
  readonly payload: unknown;
  /** When it was committed, milliseconds since the epoch. */
  readonly visibleAt: number;
}

/** The three tables of the one statement (migrations/0001), and the table of probes. */
export class Tables {
  readonly events = new Map<string, EventRow>();
  readonly windows = new Map<string, WindowRow>();
  readonly outbox: OutboxRow[] = [];
  readonly probes = new Map<string, number>();
}

const rowKey = (source: string, day: number, id: string): string => `${source}/${day}/${id}`;

/**
 * The one statement (lambdas/enrichment/record-statement.ts) at one instant: the first stored stays, and outbox and
 * windows come from exactly the rows it inserted. What two lanes see of each other's open transactions is not here.
 */
const recordRows = (tables: Tables, values: readonly unknown[]): { n: number }[] => {
  const [source, stream, shard] = values as string[] as [string, string, string];
  const ids = readTexts(values[3]);
  const days = readDays(values[4]);
  const occurredAt = readTimes(values[5]);
  const subjects = readTexts(values[6]);
  const entities = readTexts(values[7]);
  const bodies = readJson(values[8]);
  const hashes = readBytes(values[9]);
  const priorities = readTexts(values[11]);
  const sequenceNumbers = readTexts(values[14]);
  const arrivedAt = readTimes(values[15]);

  const fresh = new Set<number>();
  ids.forEach((id, index) => {
    const key = rowKey(source, days[index] as number, id);
    if (tables.events.has(key)) return;
    fresh.add(index + 1);
    tables.events.set(key, {
      source,
      sourceEventId: id,
      day: days[index] as number,
      occurredAt: occurredAt[index] as number,
      subject: subjects[index] as string,
      entity: entities[index] as string,
      body: bodies[index],
      bodyHash: hashes[index] as Buffer,
      stream,
      shard,
      sequenceNumber: sequenceNumbers[index] as string,
      arrivedAt: arrivedAt[index] as number,
    });
  });

  const channels = readTextsOrNull(values[17]);
  const deliveries = readTextsOrNull(values[18]);
  const rates = readInts(values[24]);
  const expiries = readInts(values[25]);
  /** Of an entity's `latest` messages only the newest that was inserted is kept; events come in the order of their time. */
  const kept = new Map<string, OutboxRow>();
  readInts(values[16]).forEach((n, m) => {
    if (!fresh.has(n)) return;
    const at = n - 1;
    const channel = channels[m] as string;
    const delivery = deliveries[m] as string;
    kept.set([channel, delivery, entities[at], delivery === 'each' ? n : ''].join('\n'), {
      channel,
      delivery,
      entity: entities[at] as string,
      perSecond: rates[m] === 0 ? null : (rates[m] as number),
      expiresAfterSeconds: expiries[m] === 0 ? null : (expiries[m] as number),
      source,
      sourceEventId: ids[at] as string,
      occurredAt: occurredAt[at] as number,
      arrivedAt: arrivedAt[at] as number,
      priority: priorities[at] as string,
      payload: bodies[at],
      visibleAt: Date.now(),
    });
  });
  tables.outbox.push(...kept.values());

  const series = readTexts(values[20]);
  const doubles = readDoubles(values[21]);
  const weights = readDoubles(values[22]);
  const measured = readInts(values[19]).flatMap((n, m): Measured[] => {
    if (!fresh.has(n)) return [];
    const at = { at: occurredAt[n - 1] as number, id: ids[n - 1] as string };
    return [{ ...at, series: series[m] as string, value: doubles[m] as number, weight: weights[m] as number }];
  });
  addToWindows(tables.windows, measured, readInts(values[23]));
  return ids.flatMap((_, index) => (fresh.has(index + 1) ? [] : [{ n: index + 1 }]));
};

const findRows = (tables: Tables, [source, ids, days]: readonly unknown[]) => {
  const dates = readDays(days);
  return readTexts(ids).flatMap((id, index) => {
    const row = tables.events.get(rowKey(source as string, dates[index] as number, id));
    return row ? [{ source_event_id: id, day: row.day, body_hash: row.bodyHash }] : [];
  });
};

/** The statements that the functions send, told apart by their text. */
export type StatementName = 'statement' | 'find-stored' | 'partitions' | 'probe-row';

export const statementNamed = (text: string): StatementName => {
  if (text === recordStatement) return 'statement';
  if (text.includes('ensure_event_partitions')) return 'partitions';
  if (text.includes('JOIN millrace.events')) return 'find-stored';
  if (text.includes('millrace.probes')) return 'probe-row';
  throw new Error(`the store in memory does not know this statement:\n${text}`);
};

/** Answers a statement at one instant, as PostgreSQL would (faithful-store.db.test.ts). */
export const answerStatement = (tables: Tables, text: string, values: readonly unknown[]): object[] => {
  const name = statementNamed(text);
  if (name === 'statement') return recordRows(tables, values);
  if (name === 'find-stored') return findRows(tables, values);
  if (name === 'probe-row') tables.probes.set(String(values[0]), Date.now());
  return [];
};

/** A driver over tables in memory, without delays and faults. */
export const databaseOver = (tables: Tables): Database => ({
  query: <Row>(text: string, values: readonly unknown[]) =>
    Promise.resolve(answerStatement(tables, text, values) as Row[]),
  close: () => Promise.resolve(),
});
