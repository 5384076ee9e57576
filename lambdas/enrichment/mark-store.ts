import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Database } from '../shared/database/connection.ts';
import type { Dependency } from './away.ts';
import { recordParameters, recordStatement } from './record-statement.ts';

/**
 * Writes a mark where a batch would write its records, by the same rights; a mark is told from data by its name, and
 * the next one takes its place. Each throws what its driver or client throws.
 */
export type MarkStore = Readonly<Record<Exclude<Dependency, 'registry'>, (timeoutMs: number) => Promise<void>>>;

export interface MarkPlaces {
  readonly database: Database;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
}

export interface MarkNames {
  readonly source: string;
  readonly entityStateTable: string;
  readonly idempotencyTable: string;
  readonly queueUrl: string;
  readonly bucket: string;
}

const writeMark = `
INSERT INTO millrace.probes (source, written_at) VALUES ($1, now())
ON CONFLICT (source) DO UPDATE SET written_at = excluded.written_at`;

/** Of a mark in the table of what was parked. Seconds. */
const remembered = 3600;

export const createMarkStore = (
  { database, dynamodb, sqs, s3 }: MarkPlaces,
  { source, entityStateTable, idempotencyTable, queueUrl, bucket }: MarkNames,
  now: () => number,
): MarkStore => ({
  store: async (timeoutMs) => {
    // Without events the statement adds nothing, and yet needs every table, column and right that it has with them.
    const nowhere = recordParameters(source, { stream: '', shard: '' }, [], [1]);
    await database.query(recordStatement, nowhere, timeoutMs);
    await database.query(writeMark, [source], timeoutMs);
  },
  'entity-state': async (timeoutMs) => {
    const Item = {
      entity: { S: `probe:${source}` },
      subject: { S: 'probe' },
      writtenAt: { S: new Date(now()).toISOString() },
    };
    await dynamodb.send(new PutItemCommand({ TableName: entityStateTable, Item }), within(timeoutMs));
  },
  idempotency: async (timeoutMs) => {
    const Item = {
      id: { S: `probe/${source}` },
      expiration: { N: String(Math.floor(now() / 1000) + remembered) },
    };
    await dynamodb.send(new PutItemCommand({ TableName: idempotencyTable, Item }), within(timeoutMs));
  },
  'dead-letter-bucket': async (timeoutMs) => {
    const object = { Bucket: bucket, Key: `parked/probe/${source}`, Body: new Date(now()).toISOString() };
    await s3.send(new PutObjectCommand(object), within(timeoutMs));
  },
  'parked-queue': async (timeoutMs) => {
    const message = { QueueUrl: queueUrl, MessageBody: JSON.stringify({ probe: source }) };
    await sqs.send(new SendMessageCommand(message), within(timeoutMs));
  },
});

const within = (timeoutMs: number) => ({ abortSignal: AbortSignal.timeout(timeoutMs) });
