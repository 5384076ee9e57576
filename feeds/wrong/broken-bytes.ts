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

/** What UTF-8 does not have: what a producer sends that writes its own memory as text. */
export const noUtf8 = {
  latin1: Buffer.from([0xff, 0xfe, 0xfd]),
  /** Half of a surrogate pair, as WTF-8 has it: text that was cut within an emoji. */
  firstHalf: Buffer.from([0xed, 0xa0, 0xbd]),
  secondHalf: Buffer.from([0xed, 0xb8, 0x80]),
  /** U+1F600 as two halves: CESU-8. */
  bothHalves: Buffer.from([0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
  /** Two bytes for U+0000, as Java has it. */
  longZero: Buffer.from([0xc0, 0x80]),
} as const;

/** Puts other bytes in the place of a text. @throws Error where the text is not there, or not as long */
export const withBytesFor = (frame: Buffer, text: string, bytes: Buffer): Buffer => {
  const at = frame.indexOf(text);
  if (at < 0) throw new Error(`the frame does not hold ${JSON.stringify(text)}`);
  if (Buffer.byteLength(text) !== bytes.length) throw new Error(`${JSON.stringify(text)} is not ${bytes.length} bytes`);
  const copy = Buffer.from(frame);
  bytes.copy(copy, at);
  return copy;
};
