import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import type { StreamPosition } from '../stream/position.ts';

/** A record as the stream delivered it. */
export interface StreamRecord {
  readonly position: StreamPosition;
  readonly bytes: Buffer;
  /** When the stream took it, milliseconds since the epoch. */
  readonly arrivedAt: number;
}

/** `arn:aws:kinesis:<region>:<account>:stream/<name>` → name. */
const streamName = (arn: string): string => arn.slice(arn.indexOf('/') + 1);

/** The records of a batch in the order of their shard (AWS: "Using Lambda to process records from Kinesis"). */
export const readKinesisEvent = ({ Records }: KinesisStreamEvent): StreamRecord[] =>
  Records.map(({ eventID, eventSourceARN, kinesis }) => ({
    position: {
      stream: streamName(eventSourceARN),
      shard: eventID.slice(0, eventID.indexOf(':')),
      sequenceNumber: kinesis.sequenceNumber,
    },
    bytes: Buffer.from(kinesis.data, 'base64'),
    arrivedAt: Math.round(kinesis.approximateArrivalTimestamp * 1000),
  }));

/** Lambda goes on from the lowest sequence number reported, so one is enough; none means all is done. */
export const answerFrom = (first: StreamRecord | undefined): KinesisStreamBatchResponse => ({
  batchItemFailures: first ? [{ itemIdentifier: first.position.sequenceNumber }] : [],
});
