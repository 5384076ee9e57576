import { bytesKey } from '../shared/dead-letters/entry.ts';
import { fitsInline, type ParkedMessage } from '../shared/dead-letters/parked-message.ts';
import { readBody } from '../shared/delivery/message.ts';
import type { UnpublishedMessage } from './relay-store.ts';

/** A dead letter of a message that cannot be published: its bytes are the body that it had. */
export interface UnpublishableLetter {
  readonly message: ParkedMessage;
  /** To be put first, where the bytes do not fit into a message. */
  readonly object?: { readonly Bucket: string; readonly Key: string; readonly Body: Buffer };
}

/**
 * @param bucket - where bytes go that do not fit
 * @param now - milliseconds since the epoch
 */
export const unpublishableLetter = (
  channel: string,
  { number, unpublishable, attempts }: UnpublishedMessage,
  bucket: string,
  now: number,
): UnpublishableLetter | undefined => {
  if (!unpublishable) return undefined;
  const bytes = Buffer.from(unpublishable.original);
  // Of a 'latest' message with many events the first stands for all.
  const [first] = readBody(unpublishable.original).events;
  const position = { stream: 'outbox', shard: channel, sequenceNumber: String(number) };
  const parkedAt = new Date(now).toISOString();
  const isInline = fitsInline(bytes);
  const bytesAt = { bucket, key: bytesKey(position) };
  return {
    message: {
      reason: 'unpublishable',
      stage: 'deliver',
      errorClass: 'RefusedEventError',
      message: unpublishable.refusal,
      source: first?.source ?? 'unknown',
      position,
      arrivedAt: first?.arrivedAt ?? parkedAt,
      parkedAt,
      schemaId: null,
      correlationId: null,
      attempts: Math.max(1, attempts),
      size: bytes.length,
      ...(isInline ? { bytes: bytes.toString('base64') } : { bytesAt }),
    },
    ...(isInline ? {} : { object: { Bucket: bucket, Key: bytesAt.key, Body: bytes } }),
  };
};
