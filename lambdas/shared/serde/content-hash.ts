import { hash } from 'node:crypto';
import type avsc from 'avsc';
import type { Type } from 'avsc';

/** 16 bytes that are the same for equal content, whichever version of the schema wrote it. */
export type ContentHash = (value: unknown) => Buffer;

/** What is hashed is written here first; kept, so that a record costs no allocation. */
interface Sink {
  bytes: Buffer;
  at: number;
}
type Put = (sink: Sink, value: unknown) => void;

/** Half of a SHA-256: no two contents of one key will ever meet by chance, and the table keeps half the bytes. */
const hexDigits = 32;

/**
 * Compiles, once per schema, what tells equal content from other content: fields by name, without those at their
 * default, so that a writer that knows a field and leaves it alone agrees with one that does not know it.
 * Each value is written with its kind and its length, so that no two different ones give the same bytes; a number is
 * a double, so that 3 is 3 whether it was an int, a long or a double.
 * @param subject - content of two subjects is never equal
 * @param without - fields of the outermost record that do not count
 */
export const compileContentHash = (subject: string, type: Type, without: ReadonlySet<string>): ContentHash => {
  const sink: Sink = { bytes: Buffer.allocUnsafe(1_024), at: 0 };
  const put = compilePut(type, without);
  putText(sink, subject);
  const start = sink.at;
  return (value) => {
    sink.at = start;
    put(sink, value);
    // Digits first and bytes then: asked for a Buffer, `hash` takes three times as long.
    return Buffer.from(hash('sha256', sink.bytes.subarray(0, sink.at), 'hex').slice(0, hexDigits), 'hex');
  };
};

const kind = {
  null: 0x6e,
  true: 0x74,
  false: 0x66,
  number: 0x64,
  text: 0x73,
  bytes: 0x78,
  fields: 0x7b,
  items: 0x5b,
  end: 0x2e,
};

const reserve = (sink: Sink, length: number): void => {
  if (sink.at + length <= sink.bytes.length) return;
  const larger = Buffer.allocUnsafe(2 * (sink.at + length));
  sink.bytes.copy(larger, 0, 0, sink.at);
  sink.bytes = larger;
};

const putByte = (sink: Sink, byte: number): void => {
  reserve(sink, 1);
  sink.bytes[sink.at++] = byte;
};

const putNull: Put = (sink) => putByte(sink, kind.null);

const putBoolean: Put = (sink, value) => putByte(sink, value === true ? kind.true : kind.false);

/** One zero and one NaN: the others of each are equal in what they say. */
const putNumber: Put = (sink, value) => {
  const number = value as number;
  reserve(sink, 9);
  sink.bytes[sink.at] = kind.number;
  sink.bytes.writeDoubleLE(number === 0 ? 0 : Number.isNaN(number) ? Number.NaN : number, sink.at + 1);
  sink.at += 9;
};

const putRaw = (sink: Sink, raw: Uint8Array): void => {
  reserve(sink, raw.length);
  for (let n = 0; n < raw.length; n += 1) sink.bytes[sink.at + n] = raw[n] as number;
  sink.at += raw.length;
};

/** Up to this many characters a loop is faster than the call into the runtime. */
const shortText = 64;

const putText: Put = (sink, value) => {
  const text = value as string;
  reserve(sink, 5 + 3 * text.length);
  const { bytes, at } = sink;
  const start = at + 5;
  let length = 0;
  if (text.length <= shortText) {
    for (; length < text.length; length += 1) {
      const code = text.charCodeAt(length);
      if (code >= 0x80) break;
      bytes[start + length] = code;
    }
  }
  if (length < text.length) length = bytes.write(text, start);
  bytes[at] = kind.text;
  bytes.writeUInt32LE(length, at + 1);
  sink.at = start + length;
};

const putBytes: Put = (sink, value) => {
  const raw = value as Buffer;
  reserve(sink, 5);
  sink.bytes[sink.at] = kind.bytes;
  sink.bytes.writeUInt32LE(raw.length, sink.at + 1);
  sink.at += 5;
  putRaw(sink, raw);
};

const putItems =
  (putItem: Put): Put =>
  (sink, value) => {
    putByte(sink, kind.items);
    for (const item of value as unknown[]) putItem(sink, item);
    putByte(sink, kind.end);
  };

const putMap =
  (putValue: Put): Put =>
  (sink, value) => {
    putByte(sink, kind.fields);
    for (const [key, element] of Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1))) {
      putText(sink, key);
      putValue(sink, element);
    }
    putByte(sink, kind.end);
  };

/** Branches of an unwrapped union are of kinds that JavaScript tells apart, so at most one takes a value. */
const putUnion = (type: avsc.types.UnwrappedUnionType): Put => {
  const branches = type.types
    .filter(({ typeName }) => typeName !== 'null')
    .map((branch) => ({ branch, put: compilePut(branch) }));
  const [first] = branches;
  const choose = (value: unknown): Put | undefined =>
    branches.length === 1 ? first?.put : branches.find(({ branch }) => branch.isValid(value))?.put;
  return (sink, value) => (value === null ? putNull : (choose(value) ?? putNull))(sink, value);
};

/** The name and what begins it, for a field; no field name holds the byte that ends the record. */
const fieldKey = (name: string): Buffer => Buffer.from(`${name}:`);

const putRecord = (type: avsc.types.RecordType, without: ReadonlySet<string>): Put => {
  const fields = type.fields
    .filter(({ name }) => !without.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((field) => {
      const put = compilePut(field.type);
      return { name: field.name, key: fieldKey(field.name), put, isDefault: isDefaultOf(field, put) };
    });
  return (sink, value) => {
    putByte(sink, kind.fields);
    for (const { name, key, put, isDefault } of fields) {
      const content = (value as Record<string, unknown>)[name];
      if (isDefault(content)) continue;
      putRaw(sink, key);
      put(sink, content);
    }
    putByte(sink, kind.end);
  };
};

const isDefaultOf = (field: avsc.types.Field, put: Put): ((value: unknown) => boolean) => {
  const fallback: unknown = field.defaultValue();
  if (fallback === undefined) return () => false;
  if (typeof fallback !== 'object' || fallback === null) return (value) => value === fallback;
  const written = (value: unknown): Buffer => {
    const sink: Sink = { bytes: Buffer.allocUnsafe(256), at: 0 };
    put(sink, value);
    return sink.bytes.subarray(0, sink.at);
  };
  const writtenFallback = written(fallback);
  return (value) => typeof value === 'object' && value !== null && written(value).equals(writtenFallback);
};

const compilePut = (type: Type, without: ReadonlySet<string> = new Set()): Put => {
  switch (type.typeName) {
    case 'null':
      return putNull;
    case 'boolean':
      return putBoolean;
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return putNumber;
    case 'string':
    case 'enum':
      return putText;
    case 'bytes':
    case 'fixed':
      return putBytes;
    case 'array':
      return putItems(compilePut((type as avsc.types.ArrayType).itemsType));
    case 'map':
      return putMap(compilePut((type as avsc.types.MapType).valuesType));
    case 'union:unwrapped':
      return putUnion(type as avsc.types.UnwrappedUnionType);
    case 'record':
      return putRecord(type as avsc.types.RecordType, without);
    default:
      throw new Error(`Avro type ${type.typeName} is not supported`);
  }
};
