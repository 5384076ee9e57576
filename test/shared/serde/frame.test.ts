import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RejectedRecordError } from '../../../lambdas/shared/errors/platform-error.ts';
import { buildFrame, parseFrame } from '../../../lambdas/shared/serde/frame.ts';

const schemaId = 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63';
/** Header version 3, the given compression, the id's 16 bytes in the order of its text. */
const header = (compression: string): Buffer => Buffer.from(`03${compression}b7b4a7f09c964e4aa687fb5de9ef0c63`, 'hex');
/** "abc" as a zlib stream by hand (RFC 1950, 1951): header, one stored block of 3 bytes, Adler-32. */
const abcInflatable = Buffer.from(['7801', '01', '0300', 'fcff', '616263', '024d0127'].join(''), 'hex');

const reasonFor = (bytes: Buffer, maxInflatedBytes = 1_000): string => {
  try {
    parseFrame(bytes, maxInflatedBytes);
    return 'none';
  } catch (error) {
    if (!(error instanceof RejectedRecordError)) throw error;
    expect(error.stage).toBe('decode');
    return error.reason;
  }
};

describe('a Glue frame', () => {
  it('is read from bytes made by hand', () => {
    const frame = parseFrame(Buffer.concat([header('00'), Buffer.from('abc')]), 1_000);
    expect(frame).toEqual({ schemaId, compression: 'none', payload: Buffer.from('abc') });
  });

  it('is read from bytes made by hand when compressed', () => {
    const frame = parseFrame(Buffer.concat([header('05'), abcInflatable]), 1_000);
    expect(frame).toEqual({ schemaId, compression: 'zlib', payload: Buffer.from('abc') });
  });

  it('is written as made by hand', () => {
    expect(buildFrame(schemaId, Buffer.from('abc'), 'none')).toEqual(Buffer.concat([header('00'), Buffer.from('abc')]));
    expect(buildFrame(schemaId, Buffer.alloc(0), 'zlib').subarray(0, 18)).toEqual(header('05'));
  });

  it('may hold nothing', () => {
    expect(parseFrame(header('00'), 1_000).payload.length).toBe(0);
  });

  it.each(['', 'b7b4a7f0', 'z7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63', `${schemaId}00`])(
    'is not written for the id "%s"',
    (id) => {
      expect(() => buildFrame(id, Buffer.alloc(0), 'none')).toThrow(`schema id "${id}" is not a UUID`);
    },
  );

  it('comes back as it was sent, whatever the content', () => {
    const ids = fc.uuid();
    const payloads = fc.uint8Array({ maxLength: 40_000, size: 'max' }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(ids, payloads, fc.constantFrom('none' as const, 'zlib' as const), (id, payload, compression) => {
        expect(parseFrame(buildFrame(id, payload, compression), 40_000)).toEqual({
          schemaId: id,
          compression,
          payload,
        });
      }),
    );
  });
});

describe('bytes that are no Glue frame', () => {
  it.each([
    ['nothing at all', Buffer.alloc(0), 'truncated-frame'],
    ['a frame cut in its id', header('00').subarray(0, 17), 'truncated-frame'],
    ['another version', Buffer.concat([Buffer.from([2]), header('00').subarray(1)]), 'foreign-frame'],
    ['Confluent framing', Buffer.from('0000000001616263', 'hex'), 'foreign-frame'],
    ['JSON', Buffer.from('{"symbol":"EUR/USD"}'), 'foreign-frame'],
    ['another compression', Buffer.concat([header('01'), Buffer.from('abc')]), 'unknown-compression'],
    ['no zlib stream', Buffer.concat([header('05'), Buffer.from('abc')]), 'broken-compression'],
    ['a zlib stream cut short', Buffer.concat([header('05'), abcInflatable.subarray(0, -5)]), 'broken-compression'],
    [
      'a zlib stream with a wrong checksum',
      Buffer.concat([header('05'), abcInflatable.subarray(0, -1), Buffer.from([0])]),
      'broken-compression',
    ],
    ['an empty zlib stream', header('05'), 'broken-compression'],
    ['gzip', Buffer.concat([header('05'), Buffer.from('1f8b0800', 'hex')]), 'broken-compression'],
  ])('%s: rejected with its reason', (_, bytes, reason) => {
    expect(reasonFor(bytes)).toBe(reason);
  });

  it('a bomb is not inflated beyond the bound, one that just fits is', () => {
    const bomb = Buffer.concat([header('05'), deflateSync(Buffer.alloc(50_000_000))]);
    expect(bomb.length).toBeLessThan(50_000);
    expect(reasonFor(bomb, 1_000_000)).toBe('decompression-bomb');
    const fitting = Buffer.concat([header('05'), deflateSync(Buffer.alloc(1_000_000))]);
    expect(parseFrame(fitting, 1_000_000).payload.length).toBe(1_000_000);
    expect(reasonFor(fitting, 999_999)).toBe('decompression-bomb');
  });

  it('never throw anything but a classified error', () => {
    const anything = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    const framed = fc
      .tuple(fc.constantFrom('00', '05', '07'), anything)
      .map(([compression, rest]) => Buffer.concat([header(compression), rest]));
    fc.assert(
      fc.property(fc.oneof(anything, framed), (bytes) => {
        expect(() => reasonFor(bytes)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
