import { randomFillSync } from 'node:crypto';
import { deflateSync } from 'node:zlib';

/** Ways to spoil a good frame: version byte, compression byte, 16 bytes of schema id, datum. */
const headerBytes = 18;
const zlib = 5;

export const truncated = (frame: Buffer): Buffer => frame.subarray(0, 10);

export const foreign = (frame: Buffer): Buffer => Buffer.from(JSON.stringify({ bytes: frame.length }));

export const withByte = (frame: Buffer, at: number, value: number): Buffer => {
  const copy = Buffer.from(frame);
  copy[at] = value;
  return copy;
};

/** Says zlib, and is not. */
export const falselyCompressed = (frame: Buffer): Buffer => withByte(frame, 1, zlib);

const bombBytes = 16 * 1024 * 1024;
let bomb: Buffer | undefined;

/** 16 KiB that inflate to 16 MiB. */
export const bombed = (frame: Buffer): Buffer => {
  bomb ??= deflateSync(Buffer.alloc(bombBytes));
  return Buffer.concat([withByte(frame, 1, zlib).subarray(0, headerBytes), bomb]);
};

/** A schema version that no registry has. */
export const strangeSchema = (frame: Buffer): Buffer => {
  const copy = Buffer.from(frame);
  randomFillSync(copy, 2, 16);
  return copy;
};

export const cutDatum = (frame: Buffer): Buffer => frame.subarray(0, frame.length - 3);

export const trailing = (frame: Buffer): Buffer => Buffer.concat([frame, Buffer.from('left over')]);

/** Overwrites a text in the datum, byte for byte, with what is no UTF-8. @throws Error where the text is not there */
export const notUtf8 = (frame: Buffer, text: string): Buffer => {
  const at = frame.indexOf(text);
  if (at < 0) throw new Error(`the frame does not hold ${JSON.stringify(text)}`);
  const copy = Buffer.from(frame);
  copy.fill(0xff, at, at + Buffer.byteLength(text));
  return copy;
};
