import type { KinesisMapping } from '../../world.ts';

/** A record as GetRecords gives it, in our units. */
export interface PolledRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Buffer;
  /** Milliseconds since the epoch. */
  readonly arrivedAt: number;
}

/** Lambda's limit for a payload. */
const mostPayloadBytes = 6 * 1024 * 1024;
/** `{"Records":[]}` */
const envelopeBytes = 14;

type Origin = Pick<KinesisMapping, 'streamArn' | 'functionArn'>;

/** Bytes that a record takes in the event, with the comma behind it; its data is not encoded for that. */
const sizeIn = (mapping: Origin, region: string, shard: string) => {
  const bytesOf = (record: PolledRecord): number =>
    Buffer.byteLength(JSON.stringify(kinesisEvent(mapping, region, shard, [{ ...record, data: none }]))) -
    envelopeBytes +
    1;
  return (record: PolledRecord): number => bytesOf(record) + Math.ceil(record.data.length / 3) * 4;
};

const none = Buffer.alloc(0);

/** How many of the records fit one invocation: by number, and by the size of the event. Always at least one. */
export const cutBatch = (
  records: readonly PolledRecord[],
  { batchSize, ...mapping }: Origin & Pick<KinesisMapping, 'batchSize'>,
  region: string,
  shard: string,
): number => {
  const sizeOf = sizeIn(mapping, region, shard);
  let bytes = envelopeBytes - 1; // no comma behind the last
  for (const [index, record] of records.entries()) {
    bytes += sizeOf(record);
    if (index > 0 && (index >= batchSize || bytes > mostPayloadBytes)) return index;
  }
  return records.length;
};

/** The event that a function gets (LDG, "Using Lambda to process records from Kinesis Data Streams"). */
export const kinesisEvent = (
  { streamArn, functionArn }: Origin,
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
