import type { Schema } from 'avsc';
import fc from 'fast-check';

/** A schema with each kind of type, and each kind of default. */
export const everyKind = {
  type: 'record',
  name: 'EveryKind',
  fields: [
    { name: 'text', type: 'string' },
    { name: 'flag', type: 'boolean', default: false },
    { name: 'whole', type: 'int', default: 7 },
    { name: 'large', type: 'long' },
    { name: 'single', type: 'float', default: 0 },
    { name: 'double', type: 'double' },
    { name: 'nothing', type: 'null', default: null },
    { name: 'raw', type: 'bytes', default: '' },
    { name: 'four', type: { type: 'fixed', name: 'Four', size: 4 } },
    { name: 'side', type: { type: 'enum', name: 'Side', symbols: ['buy', 'sell'] }, default: 'buy' },
    { name: 'maybe', type: ['null', 'string'], default: null },
    { name: 'either', type: ['null', 'long', 'string', 'boolean'] },
    { name: 'list', type: { type: 'array', items: 'string' }, default: [] },
    { name: 'named', type: { type: 'map', values: 'double' }, default: {} },
    {
      name: 'inner',
      type: {
        type: 'record',
        name: 'Inner',
        fields: [
          { name: 'a', type: 'long', default: 1 },
          { name: 'b', type: 'string' },
        ],
      },
      default: { a: 1, b: '' },
    },
  ],
} as Schema;

const sound = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000') && text !== '__proto__';
const text = fc.oneof(
  fc.constantFrom('', 'a', 'null', '1', '\uFFFD', '€'),
  fc.string({ unit: 'binary', maxLength: 80 }).filter(sound),
);
/** Without the negative zero: it is zero, and its own test says so. */
const double = fc.oneof(fc.constantFrom(0, 1, 7, Number.NaN), fc.double()).map((value) => value + 0);
const raw = (bounds: fc.IntArrayConstraints) => fc.uint8Array(bounds).map((bytes) => Buffer.from(bytes));
/** What `avsc` reads and writes exactly. */
const long = fc
  .oneof(fc.constantFrom(0, 1), fc.integer({ min: -(2 ** 52), max: 2 ** 53 - 2 }))
  .map((value) => value + 0);

export const everyKindOfValue = fc.record({
  text,
  flag: fc.boolean(),
  whole: fc.oneof(fc.constant(7), fc.integer()),
  large: long,
  single: double.map(Math.fround),
  double,
  nothing: fc.constant(null),
  raw: raw({ maxLength: 40 }),
  four: raw({ minLength: 4, maxLength: 4 }),
  side: fc.constantFrom('buy', 'sell'),
  maybe: fc.option(text),
  either: fc.oneof(fc.constant(null), long, text, fc.boolean()),
  list: fc.array(text, { maxLength: 4 }),
  named: fc.dictionary(text, double, { maxKeys: 4, noNullPrototype: true }),
  inner: fc.record({ a: fc.constantFrom(1, 2), b: fc.constantFrom('', 'b') }),
});
