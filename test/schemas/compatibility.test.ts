import { describe, expect, it } from 'vitest';
import { compatibilityFaults } from '../../schemas/compatibility.ts';
import { describeFault } from '../../schemas/fault.ts';

const field = (type: unknown, more: object = {}) => ({ name: 'f', type, ...more });
const record = (fields: readonly unknown[], more: object = {}) => ({ type: 'record', name: 'R', fields, ...more });
const of = (type: unknown, more: object = {}) => record([field(type, more)]);
const enumOf = (symbols: string, more: object = {}) => ({
  type: 'enum',
  name: 'E',
  symbols: symbols.split(' '),
  ...more,
});
const fixed = (size: number, more: object = {}) => ({ type: 'fixed', name: 'F', size, ...more });
const logical = (type: string, logicalType: string, more: object = {}) => ({ type, logicalType, ...more });
const list = (items: unknown) => ({ type: 'array', items });
const map = (values: unknown) => ({ type: 'map', values });
const inner = (...fields: readonly unknown[]) => ({ type: 'record', name: 'Inner', fields });

const faults = (older: unknown, newer: unknown): readonly string[] =>
  compatibilityFaults(newer, older).map((fault) => `${fault.rule}: ${describeFault(fault)}`);

describe('a newer version can read an older one', () => {
  it.each<[string, unknown, unknown]>([
    ['with a field added that has a default', record([]), of('string', { default: '' })],
    ['with a field taken away', of('string'), record([])],
    [
      'with its fields in another order',
      record([field('int'), { name: 'g', type: 'int' }]),
      record([{ name: 'g', type: 'int' }, field('int')]),
    ],
    [
      'with a field renamed that names its old name',
      of('string'),
      record([{ name: 'g', type: 'string', aliases: ['f'] }]),
    ],
    ['with a record renamed that names its old name', of('int'), record([field('int')], { name: 'S', aliases: ['R'] })],
    [
      'with a record moved that names its old place',
      record([], { namespace: 'a' }),
      record([], { namespace: 'b', aliases: ['a.R'] }),
    ],
    [
      'with an alias in its own namespace',
      record([], { namespace: 'a' }),
      record([], { name: 'S', namespace: 'a', aliases: ['R'] }),
    ],
    [
      'with another text about it',
      of('int', { doc: 'old' }),
      record([field('int', { doc: 'new' })], { doc: 'all new' }),
    ],
    ['with another default', of('int', { default: 1 }), of('int', { default: 2 })],
    ['int as long', of('int'), of('long')],
    ['int as float', of('int'), of('float')],
    ['int as double', of('int'), of('double')],
    ['long as float', of('long'), of('float')],
    ['long as double', of('long'), of('double')],
    ['float as double', of('float'), of('double')],
    ['string as bytes', of('string'), of('bytes')],
    ['with a branch added', of(['null', 'int']), of(['null', 'int', 'string'])],
    ['with a type made one of several', of('int'), of(['null', 'int'])],
    ['with a type made one of several, and wider', of('int'), of(['null', 'double'])],
    ['with branches in another order', of(['null', 'int']), of(['int', 'null'])],
    ['where one type takes every branch', of(['int', 'string']), of(['null', 'long', 'string'])],
    ['where each branch can be promoted', of(['int']), of('long')],
    ['with a symbol added', of(enumOf('A')), of(enumOf('A B'))],
    ['with a symbol taken away from an enum that has a default', of(enumOf('A B')), of(enumOf('A', { default: 'A' }))],
    ['with an enum renamed that names its old name', of(enumOf('A')), of(enumOf('A', { name: 'G', aliases: ['E'] }))],
    ['the same fixed', of(fixed(4)), of(fixed(4))],
    ['wider items', of(list('int')), of(list('long'))],
    ['wider values', of(map('int')), of(map('double'))],
    ['with a number that is now said to be a time', of('long'), of(logical('long', 'timestamp-micros'))],
    [
      'with the same decimal',
      of(logical('bytes', 'decimal', { precision: 4 })),
      of(logical('bytes', 'decimal', { precision: 4, scale: 0 })),
    ],
    [
      'a list of itself',
      record([field(['null', 'R'])]),
      record([field(['null', 'R']), { name: 'g', type: 'int', default: 1 }]),
    ],
    [
      'a header that has grown',
      record([{ name: 'header', type: inner(field('int')) }]),
      record([{ name: 'header', type: inner(field('int'), { name: 'g', type: 'int', default: 0 }) }]),
    ],
  ])('%s', (_, older, newer) => {
    expect(faults(older, newer)).toEqual([]);
  });
});

describe('a newer version cannot read an older one', () => {
  it.each<[string, unknown, unknown, ...string[]]>([
    [
      'with a field added that has no default',
      record([]),
      of('string'),
      'avro: f: the older has no such field, the newer has string without a default: give it a default',
    ],
    [
      'with a field renamed',
      of('int'),
      record([{ name: 'g', type: 'int' }]),
      'avro: g: the older has no such field, the newer has int without a default: give it a default',
    ],
    [
      'with a field that two fields could fill',
      record([
        { name: 'a', type: 'int' },
        { name: 'b', type: 'int' },
      ]),
      record([{ name: 'a', type: 'int', aliases: ['b'] }]),
      'avro: a: the older has a and b, the newer has aliases for both: take away the alias that is not meant',
    ],
    [
      'with a field that fills two',
      of('int'),
      record([field('int'), { name: 'g', type: 'int', aliases: ['f'] }]),
      'meaning: g: the older has f, the newer has it in f and here: take away the alias that is not meant',
    ],
    [
      'with another name',
      record([]),
      record([], { name: 'S' }),
      'avro: the schema: the older has the name R, the newer has the name S: keep the name, or give it the alias R',
    ],
    [
      'with another namespace, which Avro would take',
      record([], { namespace: 'a' }),
      record([], { namespace: 'b' }),
      'decoder: the schema: the older has the name a.R, the newer has the name b.R: keep the name, or give it the alias a.R',
    ],
    [
      'long as int',
      of('long'),
      of('int'),
      'avro: f: the older has long, the newer has int: leave the field as it is, and add another with a default',
    ],
    [
      'double as float',
      of('double'),
      of('float'),
      'avro: f: the older has double, the newer has float: leave the field as it is, and add another with a default',
    ],
    [
      'bytes that were none as text, which Avro would take',
      of('bytes'),
      of('string'),
      'meaning: f: the older has bytes, the newer has string: bytes that are no text would be read as other text: add another field with a default',
    ],
    [
      'text as an enum',
      of('string'),
      of(enumOf('A')),
      'avro: f: the older has string, the newer has enum E: leave the field as it is, and add another with a default',
    ],
    [
      'with a symbol taken away',
      of(enumOf('A B')),
      of(enumOf('A')),
      'avro: f: the older has the symbol B, the newer has neither that nor a default symbol: keep it, or give the enum a default',
    ],
    [
      'with symbols taken away',
      of(enumOf('A B C')),
      of(enumOf('A')),
      'avro: f: the older has the symbols B, C, the newer has neither that nor a default symbol: keep it, or give the enum a default',
    ],
    [
      'with an enum renamed',
      of(enumOf('A')),
      of(enumOf('A', { name: 'G' })),
      'avro: f: the older has the name E, the newer has the name G: keep the name, or give it the alias E',
    ],
    [
      'with a fixed of another size',
      of(fixed(4)),
      of(fixed(8)),
      'avro: f: the older has fixed F of 4 bytes, the newer has fixed F of 8 bytes: leave the field as it is, and add another with a default',
    ],
    [
      'with a fixed renamed',
      of(fixed(4)),
      of(fixed(4, { name: 'G' })),
      'avro: f: the older has the name F, the newer has the name G: keep the name, or give it the alias F',
    ],
    [
      'with a branch taken away',
      of(['null', 'int', 'string']),
      of(['null', 'int']),
      'avro: f: the older has string, the newer has null or int: add string to the union',
    ],
    [
      'with null taken away',
      of(['null', 'int']),
      of('int'),
      'avro: f: the older has null, the newer has int: leave the field as it is, and add another with a default',
    ],
    [
      'with a record in a union that has grown without a default',
      of(['null', inner()]),
      of(['null', inner(field('int'))]),
      'avro: f.f: the older has no such field, the newer has int without a default: give it a default',
    ],
    [
      'with other items',
      of(list('string')),
      of(list('int')),
      'avro: f[]: the older has string, the newer has int: leave the field as it is, and add another with a default',
    ],
    [
      'with other values',
      of(map(list('string'))),
      of(map(list('int'))),
      'avro: f{}[]: the older has string, the newer has int: leave the field as it is, and add another with a default',
    ],
    [
      'with items in place of values',
      of(map('int')),
      of(list('int')),
      'avro: f: the older has map of int, the newer has array of int: leave the field as it is, and add another with a default',
    ],
    [
      'with other fields in its items',
      of(list(inner())),
      of(list(inner({ name: 'x', type: map('int') }))),
      'avro: f[].x: the older has no such field, the newer has map of int without a default: give it a default',
    ],
    [
      'with thousandths in place of millionths, which Avro would take',
      of(logical('long', 'timestamp-millis')),
      of(logical('long', 'timestamp-micros')),
      'meaning: f: the older has timestamp-millis, the newer has timestamp-micros: the numbers stay as they were written: add another field with a default',
    ],
    [
      'with a decimal of another scale, which Glue would take',
      of(['null', logical('bytes', 'decimal', { precision: 4, scale: 2 })]),
      of(['null', logical('bytes', 'decimal', { precision: 4, scale: 3 })]),
      'meaning: f: the older has decimal(4, 2), the newer has decimal(4, 3): the numbers stay as they were written: add another field with a default',
    ],
    [
      'with a list of itself that has changed',
      record([field(['null', 'R']), { name: 'g', type: 'long' }]),
      record([field(['null', 'R']), { name: 'g', type: 'int' }]),
      'avro: g: the older has long, the newer has int: leave the field as it is, and add another with a default',
    ],
    [
      'without its header, which Avro would take',
      record([{ name: 'header', type: inner() }]),
      record([]),
      'decoder: header: the older has it, the newer has nothing: every event has it: leave it',
    ],
    [
      'without a field of its header',
      record([{ name: 'header', type: inner(field('int')) }]),
      record([{ name: 'header', type: inner() }]),
      'decoder: header.f: the older has it, the newer has nothing: every event has it: leave it',
    ],
    [
      'with two faults',
      record([field('int'), { name: 'g', type: 'int' }]),
      record([field('string'), { name: 'g', type: 'boolean' }]),
      'avro: f: the older has int, the newer has string: leave the field as it is, and add another with a default',
      'avro: g: the older has int, the newer has boolean: leave the field as it is, and add another with a default',
    ],
    [
      'with the same fault where a type is used twice',
      record([field(enumOf('A B')), { name: 'g', type: 'E' }]),
      record([field(enumOf('A')), { name: 'g', type: 'E' }]),
      'avro: f: the older has the symbol B, the newer has neither that nor a default symbol: keep it, or give the enum a default',
      'avro: g: the older has the symbol B, the newer has neither that nor a default symbol: keep it, or give the enum a default',
    ],
    [
      'that is no schema',
      'text',
      record([]),
      'avro: the schema: the unknown type "text": define it where it is used first',
    ],
  ])('%s', (_, older, newer, ...expected) => {
    expect(faults(older, newer)).toEqual(expected);
  });
});
