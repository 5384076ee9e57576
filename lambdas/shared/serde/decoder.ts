import { PlatformError, RejectedRecordError } from '../errors/platform-error.ts';
import { type Frame, parseFrame } from './frame.ts';
import type { KnownSchema } from './known-schema.ts';
import { knownSchemas } from './known-schemas.generated.ts';
import type { SchemaRegistry } from './registry.ts';
import type { SchemaIds } from './schema-ids.ts';
import { createWriterFinder, whyNot } from './writer-finder.ts';

/** How much it matters that people hear of an event. */
export type Priority = 'low' | 'normal' | 'high' | 'critical';

/** Who says it, about when, and how it can be traced; the same in every subject. */
export interface EventHeader {
  readonly source: string;
  readonly sourceEventId: string;
  /** Microseconds since the epoch, a whole number. */
  readonly occurredAt: number;
  readonly correlationId: string | null;
  readonly traceparent: string | null;
  readonly priority: Priority;
}

export interface DecodedEvent {
  readonly subject: string;
  /** The schema version that wrote it. */
  readonly schemaId: string;
  readonly version: number;
  readonly header: EventHeader;
  /** As our newest reader sees it, without the header. */
  readonly body: Readonly<Record<string, unknown>>;
  /** 16 bytes; of the body as its writer wrote it. */
  readonly bodyHash: Buffer;
}

export interface Decoder {
  /** One result per record, in order; never throws for a record. @param records - `arrivedAt` in milliseconds */
  readonly decodeBatch: (
    records: readonly { readonly bytes: Buffer; readonly arrivedAt: number }[],
  ) => Promise<readonly (DecodedEvent | PlatformError)[]>;
}

export interface DecoderOptions {
  /** What this source accepts. */
  readonly subjects: readonly string[];
  readonly schemaIds: SchemaIds;
  readonly registry: SchemaRegistry;
  readonly maxRecordBytes: number;
  readonly maxInflatedBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @default the schemas in the bundle */
  readonly schemas?: readonly KnownSchema[];
}

/**
 * Step 1 of a record's way: frame, schema version, Avro. What is not in the cache is looked up once a batch, before
 * the records are decoded one after the other without waiting.
 * @throws MisconfiguredError where a subject has no schema in the bundle
 */
export const createDecoder = ({ schemas = knownSchemas, ...options }: DecoderOptions): Decoder => {
  const { maxRecordBytes, maxInflatedBytes, now } = options;
  const writers = createWriterFinder({ ...options, schemas });

  const frameOf = (bytes: Buffer): Frame => {
    if (bytes.length > maxRecordBytes) throw tooLarge(bytes.length, maxRecordBytes);
    return parseFrame(bytes, maxInflatedBytes);
  };

  return {
    decodeBatch: async (records) => {
      const ids = new Set<string>();
      const frames = records.map(({ bytes }) => {
        try {
          const frame = frameOf(bytes);
          ids.add(frame.schemaId);
          return frame;
        } catch (error) {
          return classified(error);
        }
      });
      const writerOf = await writers.find(ids);
      const time = now();
      return frames.map((frame, index) => {
        if (frame instanceof Error) return frame;
        const writer = writerOf(frame.schemaId);
        if (writer instanceof Error) return writer;
        if ('status' in writer) return whyNot(frame.schemaId, writer, time - (records[index]?.arrivedAt ?? time));
        try {
          return writer.decode(frame.payload);
        } catch (error) {
          return classified(error);
        }
      });
    },
  };
};

/** A classified error is a record's result; anything else is a bug, and a crash (DESIGN section 5). */
const classified = (error: unknown): PlatformError => {
  if (error instanceof PlatformError) return error;
  throw error;
};

const tooLarge = (bytes: number, most: number): PlatformError =>
  new RejectedRecordError(
    'too-large',
    'decode',
    `the record has ${bytes} bytes, ${most} are allowed: send less in one`,
    {
      bytes,
    },
  );
