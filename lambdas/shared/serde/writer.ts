import { hash } from 'node:crypto';
import avsc, { type Resolver, type Type } from 'avsc';
import { MisconfiguredError, type PlatformError, RejectedRecordError } from '../errors/platform-error.ts';
import { compileCanonical } from './canonical.ts';
import { compileDatumCheck } from './datum-check.ts';
import type { DecodedEvent, EventHeader } from './decoder.ts';
import type { KnownSchema } from './known-schema.ts';

/** Decodes data of one schema version into events as our reader sees them. Compiled once, then used for every record. */
export interface Writer {
  /** @throws RejectedRecordError `undecodable` or `invalid-text` */
  readonly decode: (payload: Buffer) => DecodedEvent;
}

/** Half of a SHA-256: enough that no two contents of one key ever meet, and half the bytes in the table. */
const hashHexDigits = 32;
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
  readonly canonical: (value: unknown) => string;
  readonly check: ReturnType<typeof compileDatumCheck>;
}

const compileBoth = (schema: KnownSchema, readerSchema: KnownSchema): Compiled => {
  const writer = compileType(schema.definition);
  const reader = compileType(readerSchema.definition);
  const same = schema.version === readerSchema.version && writer.equals(reader);
  const resolver = same ? undefined : reader.createResolver(writer);
  return { writer, reader, resolver, canonical: compileCanonical(writer, bodyOnly), check: compileDatumCheck(writer) };
};

/**
 * @param schema - what the record was written with
 * @param readerSchema - the newest version that we know of the same subject
 * @throws MisconfiguredError `schema` where the reader cannot resolve the writer
 */
export const compileWriter = (schemaId: string, schema: KnownSchema, readerSchema: KnownSchema): Writer => {
  const { subject, version } = schema;
  const { writer, reader, resolver, canonical, check } = orMisconfigured(schema, () => compileBoth(schema, readerSchema));

  const read = (payload: Buffer): { readonly written: unknown; readonly seen: unknown } => {
    try {
      const written: unknown = writer.fromBuffer(payload);
      return { written, seen: resolver ? reader.fromBuffer(payload, resolver) : written };
    } catch (error) {
      throw undecodable(schema, 'a value is not of its type', { cause: error });
    }
  };

  return {
    decode: (payload) => {
      const fault = check(payload);
      if (fault?.reason === 'undecodable') throw undecodable(schema, fault.message);
      if (fault) throw new RejectedRecordError(fault.reason, 'decode', fault.message, { subject, version });
      const { written, seen } = read(payload);
      // As text, and then to bytes: asked for a Buffer, `hash` takes three times as long.
      const digest = hash('sha256', `${subject} ${canonical(written)}`, 'hex');
      const { header, ...body } = seen as { readonly header: EventHeader };
      return { subject, schemaId, version, header, body, bodyHash: Buffer.from(digest.slice(0, hashHexDigits), 'hex') };
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
