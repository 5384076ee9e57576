/** Where a record stands in its stream. Every stored row and every dead letter carries it. */
export interface StreamPosition {
  /** The stream's name, without account or Region. */
  readonly stream: string;
  /** `shardId-000000000000` (Kinesis) or `topic-0` (Kafka). */
  readonly shard: string;
  /** A decimal string: Kinesis sequence numbers have 56 digits. */
  readonly sequenceNumber: string;
}

/** One string per position, for sets and idempotency keys. */
export const positionKey = ({ stream, shard, sequenceNumber }: StreamPosition): string =>
  `${stream}/${shard}/${sequenceNumber}`;

/** Orders sequence numbers of one shard: by number, which for decimal strings without leading zeros is length, then text. */
export const compareSequence = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
