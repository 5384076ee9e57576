import { randomUUID } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { KinesisMapping } from '../../world.ts';
import type { GiveUpCause } from './next-step.ts';
import { kinesisEvent, type PolledRecord } from './record.ts';

/** What Lambda writes of a batch it gives up (LDG, "Retain discarded batch records for a Kinesis Data Streams…"). */
export interface GiveUp {
  readonly mapping: KinesisMapping;
  readonly region: string;
  readonly shard: string;
  readonly records: readonly PolledRecord[];
  readonly cause: GiveUpCause;
  readonly attempts: number;
  /** Of the last attempt; null where the function answered. */
  readonly functionError: string | null;
  /** Of the last attempt; one of its own where there was none. */
  readonly requestId: string;
}

const conditions = { attempts: 'RetryAttemptsExhausted', age: 'RecordAgeExceeded' } as const satisfies Record<
  GiveUpCause,
  string
>;

/** `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<uuid>` */
export const giveUpKey = (mapping: string, shard: string, at: Date, uuid: string): string => {
  const time = at.toISOString();
  const [date = ''] = time.split('T');
  return `aws/lambda/${mapping}/${shard}/${date.replaceAll('-', '/')}/${time.slice(0, 19).replaceAll(':', '.')}-${uuid}`;
};

const iso = (record: PolledRecord | undefined): string | undefined =>
  record && new Date(record.arrivedAt).toISOString();

/**
 * AWS documents the object for attempts only. What it writes for age was recorded from AWS by tests of others: no
 * `responseContext`, whatever was tried before, and one invocation where there was none.
 */
export const giveUpBody = (
  { mapping, region, shard, records, cause, attempts, functionError, requestId }: GiveUp,
  at: Date,
) => {
  return {
    requestContext: {
      requestId,
      functionArn: mapping.functionArn,
      condition: conditions[cause],
      approximateInvokeCount: Math.max(1, attempts),
    },
    ...(cause === 'attempts'
      ? { responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError } }
      : {}),
    version: '1.0',
    timestamp: at.toISOString(),
    KinesisBatchInfo: {
      shardId: shard,
      startSequenceNumber: records[0]?.sequenceNumber,
      endSequenceNumber: records.at(-1)?.sequenceNumber,
      approximateArrivalOfFirstRecord: iso(records[0]),
      approximateArrivalOfLastRecord: iso(records.at(-1)),
      batchSize: records.length,
      streamArn: mapping.streamArn,
    },
    payload: JSON.stringify(kinesisEvent(mapping, region, shard, records)),
  };
};

/** Writes a give-up into the bucket of the mapping's on-failure destination. */
export const writeGiveUp = async (s3: S3Client, giveUp: GiveUp): Promise<void> => {
  const { mapping, shard } = giveUp;
  if (mapping.onFailureArn === undefined) return; // Lambda drops it, and counts it as dropped
  const at = new Date();
  await s3.send(
    new PutObjectCommand({
      Bucket: mapping.onFailureArn.split(':').at(-1),
      Key: giveUpKey(mapping.uuid, shard, at, randomUUID()),
      Body: JSON.stringify(giveUpBody(giveUp, at)),
      ContentType: 'application/json',
    }),
  );
};
