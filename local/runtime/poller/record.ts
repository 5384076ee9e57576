import type { KinesisMapping } from '../../world.ts';

/** A record as GetRecords gives it, in our units. */
export interface PolledRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Buffer;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
}

/** Lambda's limit for a payload, less room for the envelope. */
const mostPayloadBytes = 6 * 1024 * 1024 - 1024;
/** What a record costs in the event besides its data, amply. */
const envelopeBytes = 700;

/** How many of the records fit one invocation: by number, and by the size of the event. Always at least one. */
export const cutBatch = (records: readonly PolledRecord[], batchSize: number): number => {
  let bytes = 0;
  for (const [index, { data }] of records.entries()) {
    bytes += Math.ceil(data.length / 3) * 4 + envelopeBytes;
    if (index > 0 && (index >= batchSize || bytes > mostPayloadBytes)) return index;
  }
  return records.length;
};

/** The event that a function gets (LDG, "Using Lambda to process records from Kinesis Data Streams"). */
export const kinesisEvent = (
  { streamArn, functionArn }: KinesisMapping,
  region: string,
  shard: string,
  records: readonly PolledRecord[],
) => ({
  Records: records.map(({ sequenceNumber, partitionKey, data, arrivedAt }) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey,
      sequenceNumber,
      data: data.toString('base64'),
      approximateArrivalTimestamp: arrivedAt / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shard}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: `arn:aws:iam::${functionArn.split(':')[4]}:role/local`,
    awsRegion: region,
    eventSourceARN: streamArn,
  })),
});
