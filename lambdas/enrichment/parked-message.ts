import { positionKey } from '../shared/stream/position.ts';
import type { Reject } from './enrich-batch.ts';
import { isReference } from './rules.ts';

/**
 * A rejected record as the parked queue carries it (JSON). Bytes are inline in base64, or in the dead-letter bucket
 * where they would not fit (DESIGN section 9, "Sizes").
 */
export interface ParkedMessage {
  readonly reason: string;
  readonly stage: string;
  readonly errorClass: string;
  /** Names the field, the kind of its value and the way out; never the value. */
  readonly message: string;
  readonly source: string;
  readonly position: { readonly stream: string; readonly shard: string; readonly sequenceNumber: string };
  /** ISO 8601, UTC. */
  readonly arrivedAt: string;
  readonly parkedAt: string;
  readonly schemaId: string | null;
  readonly correlationId: string | null;
  /** A reject is final at the first attempt that reaches its fault; retries of its batch before that are not known here. */
  readonly attempts: 1;
  /** Of the record as the stream delivered it. */
  readonly size: number;
  readonly bytes?: string;
  readonly bytesAt?: { readonly bucket: string; readonly key: string };
}

/** Base64 longer than this goes to the bucket. */
const mostInline = 512 * 1024;

/** Where a record's bytes are kept when they are too large for a message; the same at every redelivery. */
export const parkedKey = ({ record }: Reject): string => `parked/${positionKey(record.position)}`;

export const fitsInline = ({ record }: Reject): boolean => Math.ceil(record.bytes.length / 3) * 4 <= mostInline;

/** The schema version id in a Glue frame, if there are as many bytes; said as found, whether or not it is known. */
const schemaIdIn = (bytes: Buffer): string | null => {
  if (bytes.length < 18 || bytes[0] !== 3) return null;
  return bytes.toString('hex', 2, 18).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** @param bucket - where the bytes have been put, if they are not to be inline */
export const parkedMessage = (
  reject: Reject,
  source: string,
  now: number,
  bucket: string | undefined,
): ParkedMessage => {
  const { record, error, correlationId } = reject;
  return {
    reason: error.reason,
    stage: error.stage,
    errorClass: error.name,
    message: error.message,
    source,
    position: record.position,
    arrivedAt: new Date(record.arrivedAt).toISOString(),
    parkedAt: new Date(now).toISOString(),
    schemaId: schemaIdIn(record.bytes),
    // What does not fit the rule could make the whole message one that SQS refuses.
    correlationId: correlationId !== null && isReference(correlationId) ? correlationId : null,
    attempts: 1,
    size: record.bytes.length,
    ...(bucket === undefined
      ? { bytes: record.bytes.toString('base64') }
      : { bytesAt: { bucket, key: parkedKey(reject) } }),
  };
};
