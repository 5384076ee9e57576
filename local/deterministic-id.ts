import { createHash } from 'node:crypto';

const digest = (parts: readonly string[]): Buffer => createHash('sha256').update(JSON.stringify(parts)).digest();

/** The first `length` hexadecimal digits of a hash over all parts. */
export const shortHash = (length: number, ...parts: readonly string[]): string =>
  digest(parts).toString('hex').slice(0, length);

/** A UUID that the same parts always give: version 8, made by the application. */
export const deterministicUuid = (...parts: readonly string[]): string => {
  const bytes = digest(parts);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
