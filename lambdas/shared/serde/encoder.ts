import avsc, { type Type } from 'avsc';
import type { EventHeader } from './decoder.ts';
import { buildFrame, type Compression } from './frame.ts';
import type { KnownSchema } from './known-schema.ts';
import { knownSchemas } from './known-schemas.generated.ts';
import type { SchemaIds } from './schema-ids.ts';
import { compileType } from './writer.ts';

/** An event as a producer has it: the header beside the fields of the subject. Fields with a default may be left out. */
export interface OutgoingEvent {
  readonly header: Pick<EventHeader, 'source' | 'sourceEventId' | 'occurredAt'> & Partial<EventHeader>;
  readonly [field: string]: unknown;
}

export interface Encoder {
  /**
   * @returns a Glue frame, written with the newest version of the subject that has an id
   * @throws Error naming the subject, and the field and the kind of value that does not fit
   */
  readonly encode: (subject: string, event: OutgoingEvent, options: { readonly compression: Compression }) => Buffer;
}

export interface EncoderOptions {
  /** What Glue assigned at deploy. */
  readonly schemaIds: SchemaIds;
  /** @default the schemas in the bundle */
  readonly schemas?: readonly KnownSchema[];
}

interface Target {
  readonly schemaId: string;
  readonly version: number;
  readonly type: Type;
}

/** Ids of versions that are not in the bundle are passed over: the registry may be ahead of a producer. */
export const createEncoder = ({ schemaIds, schemas = knownSchemas }: EncoderOptions): Encoder => {
  const targets = new Map<string, Target>();
  for (const [schemaId, { subject, version }] of schemaIds) {
    const schema = schemas.find((known) => known.subject === subject && known.version === version);
    if (schema && version > (targets.get(subject)?.version ?? 0)) {
      targets.set(subject, { schemaId, version, type: compileType(schema.definition) });
    }
  }

  return {
    encode: (subject, event, { compression }) => {
      const target = targets.get(subject);
      if (!target)
        throw new Error(`no schema id for subject ${subject}; there are some for ${[...targets.keys()].join(', ')}`);
      return buildFrame(target.schemaId, write(target, subject, event), compression);
    },
  };
};

/** Errors name fields and kinds, never the value itself, which may be anybody's. */
const write = ({ type, version }: Target, subject: string, event: OutgoingEvent): Buffer => {
  const fail = (faults: readonly string[]): never => {
    throw new Error(`${subject} version ${version}: ${faults.join('; ')}`);
  };
  const faults: string[] = [];
  type.isValid(event, {
    noUndeclaredFields: true,
    errorHook: (path, value: unknown, expected) => faults.push(...misfits(path, value, expected)),
  });
  if (faults.length > 0) fail(faults);
  const bytes = type.toBuffer(event);
  const changed = changes(event, type.fromBuffer(bytes), '');
  return changed.length > 0 ? fail(changed) : bytes;
};

const misfits = (path: readonly string[], value: unknown, expected: Type): string[] => {
  if (expected instanceof avsc.types.RecordType && typeof value === 'object' && value !== null) {
    const declared = new Set(expected.fields.map(({ name }) => name));
    const strangers = Object.keys(value).filter((name) => !declared.has(name));
    return strangers.map((name) => `${[...path, name].join('.')}: there is no such field`);
  }
  const field = path.join('.');
  if (value === undefined) return [`${field}: is missing`];
  return [`${field}: must be ${expectation(expected)}, is ${kindOf(value)}`];
};

const expectation = (type: Type): string => {
  if (type instanceof avsc.types.EnumType) return `one of ${type.symbols.join(', ')}`;
  if (type instanceof avsc.types.UnwrappedUnionType)
    return type.types.map((branch) => expectation(branch)).join(' or ');
  return type.name ?? type.typeName;
};

const kindOf = (value: unknown): string => {
  if (typeof value === 'number' && !Number.isInteger(value)) return 'a fraction';
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
};

/**
 * What a reader would find changed. `avsc` writes half a surrogate pair as U+FFFD and a long below -2^52 as another
 * one, and says nothing.
 */
const changes = (sent: unknown, read: unknown, path: string): string[] => {
  if (typeof sent === 'object' && sent !== null && !Buffer.isBuffer(sent)) {
    return Object.entries(sent).flatMap(([name, child]) =>
      child === undefined
        ? []
        : changes(child, (read as Record<string, unknown>)[name], path === '' ? name : `${path}.${name}`),
    );
  }
  const same = Buffer.isBuffer(sent)
    ? sent.equals(read as Buffer)
    : sent === read || (Number.isNaN(sent) && Number.isNaN(read));
  return same ? [] : [`${path}: cannot be written as it is, it would arrive as another ${kindOf(sent)}`];
};
