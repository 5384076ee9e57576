import fc from 'fast-check';
import avsc from 'avsc';
import { describe, expect, it } from 'vitest';
import { compileDatumCheck } from '../../../lambdas/shared/serde/datum-check.ts';
import { compileType } from '../../../lambdas/shared/serde/writer.ts';
import { everyKind, everyKindOfValue } from './every-kind.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

const verdict = (schema: avsc.Schema, bytes: Buffer): string | undefined => {
  const fault = compileDatumCheck(compileType(schema))(bytes);
  return fault && `${fault.reason}: ${fault.message}`;
};

const inRecord = (type: avsc.Schema): avsc.Schema => ({ type: 'record', name: 'R', fields: [{ name: 'f', type }] });

const outcomeOf = (read: () => unknown): string => {
  try {
    read();
    return 'read';
  } catch (error) {
    return String(error);
  }
};

describe('a datum', () => {
  it.each<[string, avsc.Schema, string]>([
    ['ASCII', 'string', '06 616263'],
    ['text of nothing', 'string', '00'],
    ['text of all widths', 'string', '14 c3a9 e282ac f09f9880 61'],
    ['a real U+FFFD', 'string', '06 efbfbd'],
    ['a length written longer than need be', 'string', '8600 616263'],
    ['an array in one block', { type: 'array', items: 'long' }, '04 02 04 00'],
    ['an array in two blocks', { type: 'array', items: 'long' }, '02 02 02 04 00'],
    ['an array in a block that tells its size', { type: 'array', items: 'long' }, '03 04 02 04 00'],
    ['a map', { type: 'map', values: 'long' }, '02 02 61 02 00'],
    ['-2^52, the least that is read exactly', 'long', 'ffffffffffffff0f'],
    ['a long written longer than need be', 'long', '8180808080808000'],
  ])('of %s is sound', (_, schema, bytes) => {
    expect(verdict(inRecord(schema), hex(bytes))).toBeUndefined();
  });

  it.each<[string, avsc.Schema, string, string]>([
    ['a lone continuation byte', 'string', '02 80', 'f: is not UTF-8'],
    ['Latin-1', 'string', '08 636166e9', 'f: is not UTF-8'],
    ['an encoded surrogate', 'string', '06 eda080', 'f: is not UTF-8'],
    ['an overlong form', 'string', '04 c080', 'f: is not UTF-8'],
    ['U+0000', 'string', '06 610062', 'f: holds U+0000'],
    ['U+0000 in an array', { type: 'array', items: 'string' }, '02 02 00 00', 'f[]: holds U+0000'],
    ['U+0000 in a key', { type: 'map', values: 'long' }, '02 02 00 02 00', 'f{}: holds U+0000'],
    ['U+0000 in a branch', ['null', 'string'], '02 02 00', 'f: holds U+0000'],
    [
      'a key that an object would lose',
      { type: 'map', values: 'long' },
      '02 12 5f5f70726f746f5f5f 02 00',
      'f{}: __proto__ cannot be a key',
    ],
  ])('with %s is refused for its text', (_, schema, bytes, message) => {
    expect(verdict(inRecord(schema), hex(bytes))).toContain(`invalid-text: ${message}`);
  });

  it.each<[string, avsc.Schema, string]>([
    ['that ends early', 'double', '0000'],
    ['that goes on', 'boolean', '01 00'],
    ['with text longer than what is left', 'string', '08 616263'],
    ['with text of a negative length', 'string', '01'],
    ['with bytes longer than what is left', 'bytes', '04 61'],
    ['with a fixed longer than what is left', { type: 'fixed', name: 'F', size: 4 }, '616263'],
    ['with a branch that is not there', ['null', 'string'], '04'],
    ['with a negative branch', ['null', 'string'], '01'],
    ['with a length that never ends', 'string', 'ffffffffffffffffffffffffffffffffffffffffffff'],
    ['with more items than bytes', { type: 'array', items: 'null' }, 'feffffff0f 00'],
    ['with 2^60 items', { type: 'array', items: 'long' }, '80808080808080802000'],
    ['with a block of another size', { type: 'array', items: 'long' }, '03 06 02 04 00'],
    ['with a block of a negative size', { type: 'array', items: 'long' }, '03 03 02 04 00'],
    ['with an array that never ends', { type: 'array', items: 'long' }, '02 02'],
    ['with -2^52 - 1, which would be read as its neighbour', 'long', '8180808080808010'],
    ['with an item that is broken', { type: 'array', items: 'string' }, '02 04 61'],
  ])('%s is undecodable', (_, schema, bytes) => {
    expect(verdict(inRecord(schema), hex(bytes))).toMatch(/^undecodable: /);
  });

  it('is sound whenever it is what a writer writes', () => {
    const type = compileType(everyKind);
    const check = compileDatumCheck(type);
    fc.assert(
      fc.property(everyKindOfValue, (value) => {
        expect(check(type.toBuffer(value))).toBeUndefined();
      }),
    );
  });

  it('that is sound is then read by avsc, whatever the bytes', () => {
    const type = compileType(everyKind);
    const check = compileDatumCheck(type);
    const damaged = fc
      .tuple(everyKindOfValue, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
      .map(([value, changes]) => {
        const bytes = type.toBuffer(value);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(damaged, noise), (bytes) => {
        // What avsc itself finds at once does no harm.
        const readable = /read|potential precision loss|enum index/;
        expect(check(bytes) === undefined ? outcomeOf(() => type.fromBuffer(bytes)) : 'read').toMatch(readable);
      }),
      { numRuns: 2_000 },
    );
  });

  it('of a type we do not know is refused when it is compiled', () => {
    const wrapped = avsc.Type.forSchema(['int', 'long'], { wrapUnions: true });
    expect(() => compileDatumCheck(wrapped)).toThrow('Avro type union:wrapped is not supported');
  });
});
