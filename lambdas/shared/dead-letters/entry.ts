import * as z from 'zod/mini';
import { positionKey, type StreamPosition } from '../stream/position.ts';

/** Where bytes are that do not fit into an item. */
export interface BytesPlace {
  readonly bucket: string;
  readonly key: string;
}

/** Everything but the bytes: what the index for lists holds as well. Times are ISO 8601, UTC, with milliseconds. */
export const DeadLetterSummary = z.object({
  /** The `positionKey`: a record is one entry, however often it is delivered. */
  id: z.string(),
  source: z.string(),
  stream: z.string(),
  shard: z.string(),
  sequenceNumber: z.string(),
  via: z.enum(['parked', 'given-up']),
  /** A reject reason, or what Lambda calls the end of what it gave up on. */
  reason: z.string(),
  /** What only a reject knows is null for what Lambda gave up on. */
  stage: z.nullable(z.string()),
  errorClass: z.nullable(z.string()),
  message: z.string(),
  schemaId: z.nullable(z.string()),
  correlationId: z.nullable(z.string()),
  /** When the stream took the record. */
  arrivedAt: z.string(),
  /** When it was parked or given up. */
  failedAt: z.string(),
  /** When it came into the table. */
  takenInAt: z.string(),
  /** Of the record, bytes. */
  size: z.number(),
  attempts: z.number(),
  status: z.string(),
  /** Seconds since the epoch: DynamoDB deletes it some time after that. */
  expiresAt: z.number(),
});
/** A dead letter as a list has it. */
export type DeadLetterSummary = Readonly<z.output<typeof DeadLetterSummary>>;

const Entry = z.extend(DeadLetterSummary, {
  bytes: z.optional(z.custom<Uint8Array>((value) => value instanceof Uint8Array)),
  bytesAt: z.optional(z.object({ bucket: z.string(), key: z.string() })),
});
/** A dead letter as the table has it: with its bytes, or where they are. */
export type DeadLetterEntry = Readonly<z.output<typeof Entry>>;

/** What the index holds of an entry besides its own keys and the table's. */
export const summaryAttributes: readonly string[] = Object.keys(DeadLetterSummary.shape).filter(
  (name) => name !== 'id',
);

/**
 * The index for lists by time. A source and a day share a key, which takes 1,000 writes a second; within it entries are
 * in the order in which they failed.
 */
export const byTime = { index: 'by-source-and-day', partition: 'sourceDay', sort: 'failedAtId' } as const;

export const sourceDay = (source: string, day: string): string => `${source}/${day}`;

/** What the index sorts and finds an entry by. */
export const indexKeys = ({ id, source, failedAt }: Pick<DeadLetterSummary, 'id' | 'source' | 'failedAt'>) => ({
  [byTime.partition]: sourceDay(source, failedAt.slice(0, 10)),
  [byTime.sort]: `${failedAt} ${id}`,
});

/** Where bytes are kept that are too large for a message or an item; the same at every delivery. */
export const bytesKey = (position: StreamPosition): string => `parked/${positionKey(position)}`;

const read = <T>(schema: z.ZodMiniType<T>, item: Readonly<Record<string, unknown>>): T => {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new Error(`the dead letter ${String(item['id'])} is not as the intake writes it: ${wrong}`);
};

/** @throws Error naming the item that is not an entry of the intake */
export const readSummary = (item: Readonly<Record<string, unknown>>): DeadLetterSummary =>
  read(DeadLetterSummary, item);

/** @throws Error naming the item that is not an entry of the intake, or that stands at another place than its own */
export const readEntry = (item: Readonly<Record<string, unknown>>): DeadLetterEntry => {
  const entry = read(Entry, item);
  if (entry.id !== positionKey(entry)) throw new Error(`the dead letter ${entry.id} says it is ${positionKey(entry)}`);
  return entry;
};
