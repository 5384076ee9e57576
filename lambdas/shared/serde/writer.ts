import avsc, { type Resolver, type Type } from 'avsc';
import { MisconfiguredError, type PlatformError, RejectedRecordError } from '../errors/platform-error.ts';
import { compileContentHash, type ContentHash } from './content-hash.ts';
import { compileDatumCheck, type DatumCheck } from './datum-check.ts';
import type { DecodedEvent, EventHeader } from './decoder.ts';
import type { KnownSchema } from './known-schema.ts';

/** Decodes data of one schema version into events as our reader sees them. Compiled once, then used for every record. */
export interface Writer {
  /** @throws RejectedRecordError `undecodable` or `invalid-text` */
  readonly decode: (payload: Buffer) => DecodedEvent;
}

const bodyOnly = new Set(['header']);

/**
 * A registry of names of its own per schema: with a shared one, a definition could take another's names.
 * Values of a union are as they are, never wrapped.
 * @throws Error where the definition is no Avro schema, or has a union whose branches JavaScript cannot tell apart
 */
export const compileType = (definition: avsc.Schema): Type =>
  avsc.Type.forSchema(definition, { wrapUnions: false, omitRecordMethods: true });

interface Compiled {
  readonly writer: Type;
  readonly reader: Type;
  /** None where both are the same schema: nothing is to be resolved then. */
  readonly resolver: Resolver | undefined;
  readonly contentHash: ContentHash;
  readonly check: DatumCheck;
}

const compileBoth = (schema: KnownSchema, readerSchema: KnownSchema): Compiled => {
  const writer = compileType(schema.definition);
  const reader = compileType(readerSchema.definition);
  const same = schema.version === readerSchema.version && writer.equals(reader);
  const resolver = same ? undefined : reader.createResolver(writer);
  const contentHash = compileContentHash(schema.subject, writer, bodyOnly);
  return { writer, reader, resolver, contentHash, check: compileDatumCheck(writer) };
};

/**
 * @param schema - what the record was written with
 * @param readerSchema - the newest version that we know of the same subject
 * @throws MisconfiguredError `schema` where the reader cannot resolve the writer
 */
export const compileWriter = (schemaId: string, schema: KnownSchema, readerSchema: KnownSchema): Writer => {
  const { subject, version } = schema;
  const { writer, reader, resolver, contentHash, check } = orMisconfigured(schema, () =>
    compileBoth(schema, readerSchema),
  );

  const read = (type: Type, payload: Buffer, how?: Resolver): Record<string, unknown> => {
    try {
      return type.fromBuffer(payload, how) as Record<string, unknown>;
    } catch (error) {
      throw undecodable(schema, 'a value is not of its type', { cause: error });
    }
  };

  return {
    decode: (payload) => {
      const fault = check(payload);
      if (fault?.reason === 'undecodable') throw undecodable(schema, fault.message);
      if (fault) throw new RejectedRecordError(fault.reason, 'decode', fault.message, { subject, version });
      const written = read(writer, payload);
      const { header, ...body } = resolver ? read(reader, payload, resolver) : written;
      return { subject, schemaId, version, header: header as EventHeader, body, bodyHash: contentHash(written) };
    },
  };
};

const undecodable = ({ subject, version }: KnownSchema, what: string, options?: ErrorOptions): PlatformError =>
  new RejectedRecordError(
    'undecodable',
    'decode',
    `the datum is not ${subject} version ${version} (${what}): encode it with the schema that its id names`,
    { subject, version },
    options,
  );

const orMisconfigured = <T>({ subject, version }: KnownSchema, compile: () => T): T => {
  try {
    return compile();
  } catch (error) {
    throw new MisconfiguredError(
      'schema',
      `our reader of ${subject} cannot resolve version ${version}: deploy one that can`,
      { subject, version },
      { cause: error },
    );
  }
};
