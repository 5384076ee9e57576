import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { byTime, readEntry, readSummary, sourceDay, type DeadLetterEntry, type DeadLetterSummary } from './entry.ts';

/** Which dead letters; times in milliseconds since the epoch, of their failure. */
export interface Selection {
  readonly sources: readonly string[];
  readonly from: number;
  /** Not included. */
  readonly to: number;
  /** Undefined for every reason. */
  readonly reason: string | undefined;
}

export interface DeadLetterStore {
  /**
   * Newest first. Reads on only as it is asked to: whoever has enough stops.
   * @param signal - ends the list early: where a reason is rare, pages without one of its entries are read on end
   */
  list(selection: Selection, signal?: AbortSignal): AsyncGenerator<DeadLetterSummary>;
  find(id: string): Promise<DeadLetterEntry | undefined>;
  /** The record as the stream delivered it; undefined where the object that held it is gone. */
  bytesOf(entry: DeadLetterEntry): Promise<Buffer | undefined>;
}

const dayMs = 86_400_000;

/** The days that a selection touches, newest first: `2026-11-21`. */
const daysOf = ({ from, to }: Selection): string[] => {
  const last = Math.floor((to - 1) / dayMs);
  const count = last - Math.floor(from / dayMs) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, n) => new Date((last - n) * dayMs).toISOString().slice(0, 10));
};

const newer = (a: DeadLetterSummary, b: DeadLetterSummary): boolean =>
  a.failedAt > b.failedAt || (a.failedAt === b.failedAt && a.id > b.id);

/** Merges lists that are each newest first; holds one entry of each. */
async function* merge(lists: readonly AsyncGenerator<DeadLetterSummary>[]): AsyncGenerator<DeadLetterSummary> {
  const heads = await Promise.all(lists.map((list) => list.next()));
  for (;;) {
    let first: { readonly at: number; readonly entry: DeadLetterSummary } | undefined;
    for (const [at, head] of heads.entries()) {
      if (!head.done && (!first || newer(head.value, first.entry))) first = { at, entry: head.value };
    }
    if (!first) return;
    yield first.entry;
    heads[first.at] = await (lists[first.at] as AsyncGenerator<DeadLetterSummary>).next();
  }
}

/** Reads the table of dead letters for people: what has expired is gone, whether or not DynamoDB has deleted it yet. */
export const createDeadLetterStore = (
  clients: { readonly dynamodb: DynamoDBClient; readonly s3: S3Client },
  table: string,
  now: () => number = Date.now,
): DeadLetterStore => {
  const documents = DynamoDBDocumentClient.from(clients.dynamodb);
  const nowSeconds = (): number => Math.floor(now() / 1000);

  async function* ofDay(source: string, day: string, { from, to, reason }: Selection, signal?: AbortSignal) {
    const pages = paginateQuery(
      { client: documents },
      {
        TableName: table,
        IndexName: byTime.index,
        KeyConditionExpression: '#day = :day AND #time BETWEEN :from AND :to',
        FilterExpression: `#expiresAt > :now${reason === undefined ? '' : ' AND #reason = :reason'}`,
        ExpressionAttributeNames: {
          '#day': byTime.partition,
          '#time': byTime.sort,
          '#expiresAt': 'expiresAt',
          ...(reason === undefined ? {} : { '#reason': 'reason' }),
        },
        ExpressionAttributeValues: {
          ':day': sourceDay(source, day),
          // An entry's time is followed by its id, so it comes after the bare time: the end stays out.
          ':from': new Date(from).toISOString(),
          ':to': new Date(to).toISOString(),
          ':now': nowSeconds(),
          ...(reason === undefined ? {} : { ':reason': reason }),
        },
        ScanIndexForward: false,
      },
    );
    for await (const { Items = [] } of pages) {
      if (signal?.aborted) return;
      for (const item of Items) yield readSummary(item);
    }
  }

  return {
    list: async function* (selection, signal) {
      for (const day of daysOf(selection)) {
        if (signal?.aborted) return;
        yield* merge(selection.sources.map((source) => ofDay(source, day, selection, signal)));
      }
    },
    find: async (id) => {
      const { Item: item } = await documents.send(
        new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
      );
      const entry = item && readEntry(item);
      return entry && entry.expiresAt > nowSeconds() ? entry : undefined;
    },
    bytesOf: async ({ id, bytes, bytesAt }) => {
      if (bytes) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (!bytesAt) throw new Error(`the dead letter ${id} has no bytes, and no place where they are`);
      try {
        const { Body: body } = await clients.s3.send(
          new GetObjectCommand({ Bucket: bytesAt.bucket, Key: bytesAt.key }),
        );
        return body && Buffer.from(await body.transformToByteArray());
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
};
