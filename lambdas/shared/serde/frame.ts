import { deflateSync, inflateSync } from 'node:zlib';
import { RejectedRecordError } from '../errors/platform-error.ts';

/**
 * The frame of AWS Glue Schema Registry (awslabs/aws-glue-schema-registry, AWSSchemaRegistryConstants): a version byte,
 * a compression byte, the schema version's UUID big endian, then the datum.
 */
const versionByte = 3;
const compressionBytes = { none: 0, zlib: 5 } as const;
const headerBytes = 18;

export type Compression = keyof typeof compressionBytes;

export interface Frame {
  /** Lower case, with dashes. */
  readonly schemaId: string;
  readonly compression: Compression;
  /** The datum, inflated. */
  readonly payload: Buffer;
}

const rejected = (
  reason: 'truncated-frame' | 'foreign-frame' | 'unknown-compression' | 'broken-compression' | 'decompression-bomb',
  message: string,
  options?: ErrorOptions,
): RejectedRecordError => new RejectedRecordError(reason, 'decode', message, {}, options);

/** `00112233445566778899aabbccddeeff` → `00112233-4455-6677-8899-aabbccddeeff` */
const withDashes = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;

/** The schema version id in what may be a frame, said as found, whether or not anyone knows it; null where there is none. */
export const schemaIdIn = (bytes: Buffer): string | null =>
  bytes.length < headerBytes || bytes[0] !== versionByte ? null : withDashes(bytes.toString('hex', 2, headerBytes));

/** zlib's own default sets 16 KiB aside for each datum, which takes longer than to inflate a small one. */
const chunkBytes = (length: number): number => Math.min(16_384, Math.max(1_024, 4 * length));

/** Bounded: a record of a kilobyte can inflate to a megabyte, and a crafted one to all of memory. */
const inflate = (bytes: Buffer, most: number): Buffer => {
  try {
    return inflateSync(bytes, { maxOutputLength: most, chunkSize: chunkBytes(bytes.length) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw rejected('decompression-bomb', `the datum inflates to more than ${most} bytes: send smaller records`);
    }
    throw rejected('broken-compression', 'the datum is not a zlib stream, though the frame says so', { cause: error });
  }
};

/**
 * @param maxInflatedBytes - most a compressed datum may become
 * @throws RejectedRecordError `truncated-frame`, `foreign-frame`, `unknown-compression`, `broken-compression` or
 * `decompression-bomb`
 */
export const parseFrame = (bytes: Buffer, maxInflatedBytes: number): Frame => {
  if (bytes.length > 0 && bytes[0] !== versionByte) {
    throw rejected('foreign-frame', 'byte 0 must be 3: encode with the Glue Schema Registry serializer');
  }
  if (bytes.length < headerBytes) {
    throw rejected('truncated-frame', `a frame has at least ${headerBytes} bytes, this has ${bytes.length}`);
  }
  const schemaId = withDashes(bytes.toString('hex', 2, headerBytes));
  const datum = bytes.subarray(headerBytes);
  switch (bytes[1]) {
    case compressionBytes.none:
      return { schemaId, compression: 'none', payload: datum };
    case compressionBytes.zlib:
      return { schemaId, compression: 'zlib', payload: inflate(datum, maxInflatedBytes) };
    default:
      throw rejected('unknown-compression', 'byte 1 must be 0 (none) or 5 (zlib)');
  }
};

/** The inverse of `parseFrame`. @param schemaId - with dashes @throws Error where it is no UUID */
export const buildFrame = (schemaId: string, payload: Buffer, compression: Compression): Buffer => {
  const header = Buffer.alloc(headerBytes);
  header[0] = versionByte;
  header[1] = compressionBytes[compression];
  const written = header.write(schemaId.replaceAll('-', ''), 2, 'hex');
  if (written !== 16 || schemaId.length !== 36) throw new Error(`schema id "${schemaId}" is not a UUID`);
  return Buffer.concat([header, compression === 'zlib' ? deflateSync(payload) : payload]);
};
