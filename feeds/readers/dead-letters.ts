import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { readEntry, type DeadLetterEntry } from '../../lambdas/shared/dead-letters/entry.ts';
import { digestOf } from '../account/digest.ts';
import { parseText, readMessage } from '../account/delivery/read-message.ts';
import { isOfOutbox, type DeadLetter } from '../account/evidence.ts';

const bytesOf = async (s3: S3Client, { bytes, bytesAt }: DeadLetterEntry): Promise<Uint8Array | undefined> => {
  if (bytes || !bytesAt) return bytes;
  try {
    const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bytesAt.bucket, Key: bytesAt.key }));
    return await body?.transformToByteArray();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
};

/** Of a message that could not be published, the keys of its events. */
const keysOf = (bytes: Uint8Array | undefined): readonly string[] =>
  readMessage(parseText(Buffer.from(bytes ?? []).toString('utf8')))?.events.map(({ key }) => key) ?? [];

/**
 * Reads the table of dead letters from end to end, as it is at that moment: what is still on its way into it, in a queue
 * or in the bucket, is no dead letter yet, and an account taken too early does not balance.
 */
export const createDeadLettersReader = (
  dynamodb: DynamoDBClient,
  s3: S3Client,
  table: string,
): (() => AsyncIterable<readonly DeadLetter[]>) =>
  async function* () {
    const documents = DynamoDBDocumentClient.from(dynamodb);
    for await (const { Items = [] } of paginateScan(
      { client: documents },
      { TableName: table, ConsistentRead: true },
    )) {
      const letters: DeadLetter[] = [];
      for (const item of Items) {
        const entry = readEntry(item);
        const bytes = await bytesOf(s3, entry);
        const messageKeys = isOfOutbox(entry) ? keysOf(bytes) : undefined;
        letters.push({
          source: entry.source,
          position: { stream: entry.stream, shard: entry.shard, sequenceNumber: entry.sequenceNumber },
          reason: entry.reason,
          arrivedAt: Date.parse(entry.arrivedAt),
          failedAt: Date.parse(entry.failedAt),
          takenInAt: Date.parse(entry.takenInAt),
          via: entry.via,
          digest: bytes && digestOf(bytes),
          ...(messageKeys ? { messageKeys } : {}),
        });
      }
      yield letters;
    }
  };
