/** The few pieces of DER (ITU-T X.690) that a certificate is written in. Each function answers one whole element. */

const length = (size: number): Buffer => {
  if (size < 0x80) return Buffer.from([size]);
  return size < 0x100 ? Buffer.from([0x81, size]) : Buffer.from([0x82, size >> 8, size & 0xff]);
};

/** @param contents - shorter than 64 KiB together */
export const element = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
};

export const sequence = (...items: readonly Buffer[]): Buffer => element(0x30, ...items);
export const set = (...items: readonly Buffer[]): Buffer => element(0x31, ...items);
/** An element that a structure tells apart by number. */
export const tagged = (n: number, ...items: readonly Buffer[]): Buffer => element(0xa0 + n, ...items);
export const octets = (bytes: Uint8Array): Buffer => element(0x04, bytes);
/** @param unused - bits at the end of the last byte that do not count */
export const bits = (bytes: Uint8Array, unused = 0): Buffer => element(0x03, Buffer.from([unused]), bytes);
export const text = (value: string): Buffer => element(0x0c, Buffer.from(value, 'utf8'));
export const yes = element(0x01, Buffer.from([0xff]));

/** @param bytes - big endian; the first bit must be clear, or the number is negative */
export const integer = (bytes: Uint8Array): Buffer => element(0x02, bytes);

/** Seconds precision; years 1950 to 2049. */
export const time = (at: Date): Buffer => {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return element(0x17, Buffer.from(digits.slice(2), 'latin1'));
};

const base128 = (arc: number): number[] => {
  const digits = [arc & 0x7f];
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
};

/** @param dotted - as in `2.5.29.17` */
export const identifier = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(0x06, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
};
