import { bytesKey } from '../shared/dead-letters/entry.ts';
import type { ParkedMessage } from '../shared/dead-letters/parked-message.ts';
import { schemaIdIn } from '../shared/serde/frame.ts';
import type { Reject } from './enrich-batch.ts';
import { isReference } from './rules.ts';

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
    // A reject is final at the first attempt that reaches its fault; retries of its batch before that are not known here.
    attempts: 1,
    size: record.bytes.length,
    ...(bucket === undefined
      ? { bytes: record.bytes.toString('base64') }
      : { bytesAt: { bucket, key: bytesKey(record.position) } }),
  };
};
