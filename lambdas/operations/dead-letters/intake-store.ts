import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { serviceError } from '../../shared/aws/service-error.ts';
import { bytesKey, indexKeys, type BytesPlace, type DeadLetterEntry } from '../../shared/dead-letters/entry.ts';
import type { Resilient } from '../../shared/resilience/retry.ts';
import { withTimeout } from '../../shared/resilience/timeout.ts';
import { positionKey } from '../../shared/stream/position.ts';
import type { Letter } from './letter.ts';

export interface IntakeStoreConfig {
  readonly table: string;
  /** Takes bytes that are too large for an item, under `parked/`; holds the give-ups. */
  readonly bucket: string;
  /** Of an entry, from its failure on. */
  readonly keptDays: number;
}

export interface IntakeStore {
  /**
   * Puts one letter into the table, once.
   * @returns when it came in, milliseconds; undefined where it is there already
   * @throws PlatformError `retry` or `halt`
   */
  add(letter: Letter, resilient: Resilient): Promise<number | undefined>;
  /** @throws PlatformError `retry` or `halt` */
  readGiveUp(key: string, resilient: Resilient): Promise<string>;
}

/** An item ends at 400 KiB, names of attributes included; 16 are left for everything that is not bytes. */
const mostInItem = (400 - 16) * 1024;
const dayMs = 86_400_000;

const isPlace = (bytes: Buffer | BytesPlace): bytes is BytesPlace => !Buffer.isBuffer(bytes);

const once = { ConditionExpression: 'attribute_not_exists(id)' };
/** What was parked carries our own judgement: it takes the place of what was given up, while nobody has acted on that. */
const onceOrInstead = {
  ConditionExpression: 'attribute_not_exists(id) OR (#via = :givenUp AND #status = :waiting)',
  ExpressionAttributeNames: { '#via': 'via', '#status': 'status' },
  ExpressionAttributeValues: { ':givenUp': 'given-up', ':waiting': 'waiting' },
};

/** The call's result, or what its failure means. */
const calling = async <T>(dependency: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw serviceError(dependency, error);
  }
};

/**
 * A record is an entry under its place in its stream: whatever is delivered again finds it there, and the table is the
 * same in whichever order deliveries come in.
 */
export const createIntakeStore = (
  clients: { readonly dynamodb: DynamoDBClient; readonly s3: S3Client },
  { table, bucket, keptDays }: IntakeStoreConfig,
  now: () => number = Date.now,
): IntakeStore => {
  const documents = DynamoDBDocumentClient.from(clients.dynamodb);

  const entryOf = ({ position, bytes, ...letter }: Letter, place: BytesPlace | undefined): DeadLetterEntry => ({
    id: positionKey(position),
    ...position,
    ...letter,
    takenInAt: new Date(now()).toISOString(),
    status: 'waiting',
    // From the failure on, not from now: an object with its bytes is as old, and S3 deletes it at the midnight after.
    expiresAt: Math.ceil((Date.parse(letter.failedAt) + keptDays * dayMs) / 1000),
    ...(place ? { bytesAt: place } : { bytes: bytes as Buffer }),
  });

  const put = async (entry: DeadLetterEntry, timeoutMs: number): Promise<number | undefined> => {
    try {
      const write = new PutCommand({
        TableName: table,
        Item: { ...entry, ...indexKeys(entry) },
        ...(entry.via === 'parked' ? onceOrInstead : once),
      });
      await withTimeout(timeoutMs, (abortSignal) => documents.send(write, { abortSignal }));
      return Date.parse(entry.takenInAt);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  };

  const placeOf = async ({ position, bytes }: Letter, resilient: Resilient): Promise<BytesPlace | undefined> => {
    if (isPlace(bytes)) return bytes;
    if (bytes.length <= mostInItem) return undefined;
    const object = { Bucket: bucket, Key: bytesKey(position), Body: bytes };
    await resilient((timeoutMs) =>
      withTimeout(timeoutMs, (abortSignal) => clients.s3.send(new PutObjectCommand(object), { abortSignal })),
    );
    return { bucket: object.Bucket, key: object.Key };
  };

  return {
    add: async (letter, resilient) => {
      const place = await calling('dead-letter-bucket', () => placeOf(letter, resilient));
      return calling('dead-letters', () => resilient((timeoutMs) => put(entryOf(letter, place), timeoutMs)));
    },
    readGiveUp: (key, resilient) =>
      calling('dead-letter-bucket', () =>
        resilient((timeoutMs) =>
          withTimeout(timeoutMs, async (abortSignal) => {
            const question = new GetObjectCommand({ Bucket: bucket, Key: key });
            const { Body: body } = await clients.s3.send(question, { abortSignal });
            return (await body?.transformToString()) ?? '';
          }),
        ),
      ),
  };
};
