import * as z from 'zod/mini';

/** Base64 longer than this goes to the bucket (DESIGN section 9, "Sizes"). */
const mostInline = 512 * 1024;

/** Whether bytes stand in the message itself, in base64. */
export const fitsInline = ({ length }: Uint8Array): boolean => Math.ceil(length / 3) * 4 <= mostInline;

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));

/**
 * A rejected record as the parked queue carries it (JSON): enrichment writes it, the intake reads it. Bytes are inline
 * in base64, or in the dead-letter bucket where they would not fit (DESIGN section 9, "Sizes").
 */
export const ParkedMessage = z.object({
  reason: text(64),
  stage: text(64),
  errorClass: text(200),
  /** Names the field, the kind of its value and the way out; never the value. */
  message: z.string(),
  source: text(64),
  position: z.object({
    stream: text(128),
    shard: text(255),
    sequenceNumber: z.string().check(z.regex(/^\d{1,128}$/)),
  }),
  /** ISO 8601, UTC. */
  arrivedAt: z.iso.datetime(),
  parkedAt: z.iso.datetime(),
  schemaId: z.nullable(text(64)),
  correlationId: z.nullable(text(200)),
  attempts: z.int().check(z.positive()),
  /** Of the record as the stream delivered it. */
  size: z.int().check(z.nonnegative()),
  bytes: z.optional(z.base64()),
  bytesAt: z.optional(z.object({ bucket: text(63), key: text(1024) })),
});
export type ParkedMessage = Readonly<z.output<typeof ParkedMessage>>;

/** A mark that a probe leaves in the parked queue, to find out whether it takes messages. The intake drops it. */
export const ProbeMark = z.strictObject({ probe: text(64) });
export type ProbeMark = Readonly<z.output<typeof ProbeMark>>;
