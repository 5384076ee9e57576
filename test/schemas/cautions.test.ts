import { describe, expect, it } from 'vitest';
import { cautions } from '../../schemas/cautions.ts';

const record = (...fields: readonly object[]) => ({ type: 'record', name: 'R', fields });
const of = (type: unknown, more: object = {}) => record({ name: 'f', type, ...more });
const enumOf = (symbols: string) => ({ type: 'enum', name: 'E', symbols: symbols.split(' '), default: 'A' });
const list = (items: unknown) => ({ type: 'array', items });
const map = (values: unknown) => ({ type: 'map', values });
const inner = (type: unknown) => ({ type: 'record', name: 'Inner', fields: [{ name: 'x', type }] });

describe('content that has another hash from a newer version', () => {
  it.each<[string, unknown, unknown, string]>([
    ['a field renamed', of('int'), record({ name: 'g', type: 'int', aliases: ['f'] }), 'g: was f'],
    ['a field taken away', of('int'), record(), 'f: is gone'],
    ['a default given', of('int'), of('int', { default: 0 }), 'f: has another default'],
    ['a default taken away', of('int', { default: 0 }), of('int'), 'f: has another default'],
    ['a default changed', of('int', { default: 0 }), of('int', { default: 1 }), 'f: has another default'],
    ['a symbol taken away', of(enumOf('A B')), of(enumOf('A')), 'f: B is read as A'],
    ['text made bytes', of('string'), of('bytes'), 'f: string has become bytes'],
    ['a float made a double', of(list(map('float'))), of(list(map('double'))), 'f[]{}: float has become double'],
    ['digits lost', of(['null', 'long']), of(['null', 'float']), 'f: long has become float'],
    ['a change inside of a record', of(inner('float')), of(inner('double')), 'f.x: float has become double'],
  ])('%s', (_, older, newer, expected) => {
    expect(cautions(newer, older).resends).toEqual([expected]);
  });

  it.each<[string, unknown, unknown]>([
    ['a field added', record(), of('int', { default: 0 })],
    ['a field made optional', of('int'), of(['null', 'int'], { default: null })],
    ['a wider number', of('int'), of('long')],
    ['a wider number, exactly', of('long'), of('double')],
    [
      'a header, which does not count',
      record({ name: 'header', type: inner('float') }),
      record({ name: 'header', type: inner('double') }),
    ],
  ])('does not come of %s', (_, older, newer) => {
    expect(cautions(newer, older).resends).toEqual([]);
  });
});

describe('a reader that knows only the older version', () => {
  it('cannot read a symbol, a number or a text that it does not have', () => {
    expect(cautions(of('long'), of('int')).readersFirst).toEqual(['f has long now, had int']);
    expect(cautions(record(), of('int')).readersFirst).toEqual(['f has no such field now, had int without a default']);
    expect(cautions(of('int', { default: 0 }), record()).readersFirst).toEqual([]);
  });
});
