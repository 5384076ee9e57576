/**
 * PostgreSQL's binary array format (src/backend/utils/adt/arrayfuncs.c, `array_recv`): one dimension, elements as
 * their types' `recv` functions read them. Sending columns this way spares both sides the escaping and parsing of
 * text arrays, which cost more than the insert itself at 500 rows a statement.
 * A Buffer parameter is sent in binary by `pg`; the statement must cast it to the array type.
 */
const oid = { bytea: 17, int4: 23, text: 25, float8: 701, date: 1082, timestamptz: 1184, uuid: 2950, jsonb: 3802 };

const headerBytes = 20;
const microsToPostgresEpoch = 946_684_800_000_000; // 2000-01-01T00:00:00Z
const daysToPostgresEpoch = 10_957;

const writeHeader = (buffer: Buffer, elementOid: number, length: number, hasNull: boolean): void => {
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(elementOid, 8);
  if (length === 0) return;
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
};

const emptyArray = (elementOid: number): Buffer => {
  const buffer = Buffer.alloc(12);
  writeHeader(buffer, elementOid, 0, false);
  return buffer;
};

const fixedWidth = (
  elementOid: number,
  width: number,
  length: number,
  write: (buffer: Buffer, at: number, index: number) => void,
): Buffer => {
  if (length === 0) return emptyArray(elementOid);
  const buffer = Buffer.allocUnsafe(headerBytes + length * (4 + width));
  writeHeader(buffer, elementOid, length, false);
  let at = headerBytes;
  for (let index = 0; index < length; index += 1) {
    buffer.writeInt32BE(width, at);
    write(buffer, at + 4, index);
    at += 4 + width;
  }
  return buffer;
};

/** Strings share one shape: a length, an optional prefix byte, UTF-8. The worst case is three bytes a code unit. */
const strings = (elementOid: number, values: readonly (string | null)[], prefix: number | undefined): Buffer => {
  if (values.length === 0) return emptyArray(elementOid);
  let most = headerBytes;
  for (const value of values) most += 5 + (value === null ? 0 : value.length * 3);
  const buffer = Buffer.allocUnsafe(most);
  let at = headerBytes;
  let hasNull = false;
  for (const value of values) {
    if (value === null) {
      hasNull = true;
      buffer.writeInt32BE(-1, at);
      at += 4;
      continue;
    }
    let end = at + 4;
    if (prefix !== undefined) {
      buffer[end] = prefix;
      end += 1;
    }
    end += buffer.write(value, end, 'utf8');
    buffer.writeInt32BE(end - at - 4, at);
    at = end;
  }
  writeHeader(buffer, elementOid, values.length, hasNull);
  return buffer.subarray(0, at);
};

/** For `$n::text[]`. */
export const textArray = (values: readonly (string | null)[]): Buffer => strings(oid.text, values, undefined);

/** For `$n::jsonb[]`; each value is JSON text. `jsonb` in binary opens with a version byte, 1. */
export const jsonbArray = (values: readonly string[]): Buffer => strings(oid.jsonb, values, 1);

/** For `$n::int4[]`. */
export const int4Array = (values: readonly number[]): Buffer =>
  fixedWidth(oid.int4, 4, values.length, (buffer, at, index) => buffer.writeInt32BE(values[index] ?? 0, at));

/** For `$n::float8[]`. */
export const float8Array = (values: readonly number[]): Buffer =>
  fixedWidth(oid.float8, 8, values.length, (buffer, at, index) => buffer.writeDoubleBE(values[index] ?? 0, at));

/** For `$n::timestamptz[]`. Values are microseconds since 1970, within ±2^53. */
export const timestamptzArray = (micros: readonly number[]): Buffer =>
  fixedWidth(oid.timestamptz, 8, micros.length, (buffer, at, index) => {
    const value = (micros[index] ?? 0) - microsToPostgresEpoch;
    // Two halves instead of a BigInt: the values are safe integers, and this is on the hot path.
    const high = Math.floor(value / 4_294_967_296);
    buffer.writeInt32BE(high, at);
    buffer.writeUInt32BE(value - high * 4_294_967_296, at + 4);
  });

/** For `$n::date[]`. Values are whole days since 1970-01-01. */
export const dateArray = (days: readonly number[]): Buffer =>
  fixedWidth(oid.date, 4, days.length, (buffer, at, index) =>
    buffer.writeInt32BE((days[index] ?? 0) - daysToPostgresEpoch, at),
  );

/** For `$n::bytea[]`. */
export const byteaArray = (values: readonly Buffer[]): Buffer => {
  if (values.length === 0) return emptyArray(oid.bytea);
  const size = values.reduce((sum, value) => sum + 4 + value.length, headerBytes);
  const buffer = Buffer.allocUnsafe(size);
  writeHeader(buffer, oid.bytea, values.length, false);
  let at = headerBytes;
  for (const value of values) {
    buffer.writeInt32BE(value.length, at);
    value.copy(buffer, at + 4);
    at += 4 + value.length;
  }
  return buffer;
};

/** For `$n::uuid[]`. Values are UUIDs as text, with dashes. */
export const uuidArray = (values: readonly string[]): Buffer =>
  fixedWidth(oid.uuid, 16, values.length, (buffer, at, index) => {
    buffer.write((values[index] ?? '').replaceAll('-', ''), at, 'hex');
  });
