import { isUtf8 } from 'node:buffer';
import avsc, { type Type } from 'avsc';

/** Why a datum is refused before it is read. */
export interface DatumFault {
  readonly reason: 'undecodable' | 'invalid-text';
  readonly message: string;
}

/** @returns undefined where the datum is sound from its first byte to its last */
export type DatumCheck = (payload: Buffer) => DatumFault | undefined;

interface Cursor {
  readonly bytes: Buffer;
  at: number;
  /** Where the last text began. */
  textAt: number;
  fault: DatumFault | undefined;
}

/** Moves the cursor past one value. Goes on after a fault: what is left is bounded by the bytes there are. */
type Walk = (cursor: Cursor) => void;

/**
 * Compiles, once per schema, a walk over the encoded bytes that finds what `avsc` would not:
 * - bytes that are not UTF-8, which it replaces by U+FFFD, and U+0000, which PostgreSQL cannot hold
 * - numbers that it reads as their neighbours
 * - counts and sizes that do not agree with the bytes there are: on these it loops for as long as they say
 */
export const compileDatumCheck = (type: Type): DatumCheck => {
  const walk = compileWalk(type, '');
  return (bytes) => {
    const cursor: Cursor = { bytes, at: 0, textAt: 0, fault: undefined };
    walk(cursor);
    if (cursor.fault === undefined && cursor.at !== bytes.length) broken(cursor, `${cursor.at} bytes were expected`);
    return cursor.fault;
  };
};

const broken = (cursor: Cursor, message: string): void => {
  cursor.fault ??= { reason: 'undecodable', message };
  cursor.at = cursor.bytes.length;
};

const invalidText = (cursor: Cursor, path: string, message: string): void => {
  cursor.fault ??= { reason: 'invalid-text', message: `${path}: ${message}` };
};

/** Past the end it reads zeros, which the final comparison with the length tells. */
const readVarint = (cursor: Cursor): number => {
  let byte = cursor.bytes[cursor.at++] ?? 0;
  let sum = byte & 0x7f;
  for (let scale = 128; byte >= 0x80; scale *= 128) {
    byte = cursor.bytes[cursor.at++] ?? 0;
    sum += (byte & 0x7f) * scale;
  }
  return sum;
};

/** Zigzag: the last bit is the sign. */
const readLong = (cursor: Cursor): number => {
  const sum = readVarint(cursor);
  return sum % 2 === 0 ? sum / 2 : -(sum + 1) / 2;
};

const exactly = 2 ** 53;

/** `avsc` refuses what is beyond 2^53, but reads the negative half of those beyond 2^52 as their neighbours. */
const walkLong =
  (path: string): Walk =>
  (cursor) => {
    const start = cursor.at;
    while ((cursor.bytes[cursor.at++] ?? 0) >= 0x80);
    if (cursor.at - start < 8) return; // up to 2^49
    cursor.at = start;
    const isNegative = ((cursor.bytes[start] ?? 0) & 1) === 1;
    if (!(readVarint(cursor) < exactly) && isNegative)
      broken(cursor, `${path}: is below -2^52, which is not read exactly`);
  };

/** A length in bytes, or undefined where there are not as many left. NaN, from an endless varint, is not at most anything. */
const readLength = (cursor: Cursor, path: string): number | undefined => {
  const length = readLong(cursor);
  if (length >= 0 && length <= cursor.bytes.length - cursor.at) return length;
  broken(cursor, `${path}: its length is not within the record`);
  return undefined;
};

const walkText =
  (path: string): Walk =>
  (cursor) => {
    const length = readLength(cursor, path);
    if (length === undefined) return;
    const { bytes, at: start } = cursor;
    const end = start + length;
    cursor.textAt = start;
    cursor.at = end;
    let isAscii = true;
    for (let at = start; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === 0) return invalidText(cursor, path, 'holds U+0000, which the store cannot hold: remove it');
      if (byte >= 0x80) isAscii = false;
    }
    if (!isAscii && !isUtf8(bytes.subarray(start, end))) invalidText(cursor, path, 'is not UTF-8: encode it as such');
  };

const skipBytes =
  (path: string): Walk =>
  (cursor) => {
    const length = readLength(cursor, path) ?? 0; // moves the cursor, so not in the same expression
    cursor.at += length;
  };

const skip =
  (length: number): Walk =>
  (cursor) => {
    cursor.at += length;
  };

/**
 * Arrays and maps come in blocks; a negative count is followed by the block's size in bytes. No block may count more
 * items than there are bytes left: that bounds the walk, and only items without any content could need it.
 */
const walkBlocks =
  (path: string, walkItem: Walk): Walk =>
  (cursor) => {
    for (;;) {
      const count = readLong(cursor);
      if (count === 0) return;
      const size = count < 0 ? readLength(cursor, path) : undefined;
      const start = cursor.at;
      const items = Math.abs(count);
      if (!(items <= cursor.bytes.length - start)) return broken(cursor, `${path}: counts more items than there are`);
      for (let n = 0; n < items && cursor.fault === undefined; n += 1) walkItem(cursor);
      if (cursor.fault !== undefined) return;
      if (size !== undefined && cursor.at !== start + size)
        return broken(cursor, `${path}: its block has another size`);
    }
  };

const walkAll =
  (walks: readonly Walk[]): Walk =>
  (cursor) => {
    for (const walk of walks) walk(cursor);
  };

/** `avsc` would lose this key: an assignment to it sets the prototype. */
const lostKey = '__proto__';

const walkKey = (path: string): Walk => {
  const walk = walkText(path);
  return (cursor) => {
    walk(cursor);
    const { bytes, textAt, at } = cursor;
    if (at - textAt === lostKey.length && bytes.toString('latin1', textAt, at) === lostKey) {
      invalidText(cursor, path, `${lostKey} cannot be a key: choose another`);
    }
  };
};

const walkUnion =
  (path: string, branches: readonly Walk[]): Walk =>
  (cursor) => {
    const branch = branches[readLong(cursor)];
    if (branch) branch(cursor);
    else broken(cursor, `${path}: has no such branch`);
  };

const compileWalk = (type: Type, path: string): Walk => {
  switch (type.typeName) {
    case 'null':
      return skip(0);
    case 'boolean':
      return skip(1);
    case 'float':
      return skip(4);
    case 'double':
      return skip(8);
    case 'int':
    case 'long':
    case 'enum':
      return walkLong(path);
    case 'string':
      return walkText(path);
    case 'bytes':
      return skipBytes(path);
    case 'fixed':
      return skip((type as avsc.types.FixedType).size);
    case 'array':
      return walkBlocks(path, compileWalk((type as avsc.types.ArrayType).itemsType, `${path}[]`));
    case 'map': {
      const values = compileWalk((type as avsc.types.MapType).valuesType, `${path}{}`);
      return walkBlocks(path, walkAll([walkKey(`${path}{}`), values]));
    }
    case 'record': {
      const { fields } = type as avsc.types.RecordType;
      return walkAll(
        fields.map((field) => compileWalk(field.type, path === '' ? field.name : `${path}.${field.name}`)),
      );
    }
    case 'union:unwrapped': {
      const { types } = type as avsc.types.UnwrappedUnionType;
      return walkUnion(
        path,
        types.map((branch) => compileWalk(branch, path)),
      );
    }
    default:
      throw new Error(`${path}: Avro type ${type.typeName} is not supported`);
  }
};
