import type { Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { MisconfiguredError } from '../../lambdas/shared/errors/platform-error.ts';
import { compileWriter } from '../../lambdas/shared/serde/writer.ts';
import { definitionFaults } from '../../schemas/compatibility.ts';
import { describeFault } from '../../schemas/fault.ts';

const faults = (definition: unknown): readonly string[] =>
  definitionFaults(definition).map((fault) => `${fault.rule}: ${describeFault(fault)}`);

const field = (type: unknown, more: object = {}) => ({ name: 'f', type, ...more });
const record = (...fields: readonly unknown[]) => ({ type: 'record', name: 'R', fields });
const of = (type: unknown, more: object = {}) => record(field(type, more));
const enumOf = (symbols: readonly string[], more: object = {}) => ({ type: 'enum', name: 'E', symbols, ...more });
const fixed = { type: 'fixed', name: 'F', size: 2 };

describe('a default that is of its type', () => {
  it.each<[unknown, unknown]>([
    ['null', null],
    ['boolean', false],
    ['int', -(2 ** 31)],
    ['long', 2 ** 53 - 2],
    ['float', 1.5],
    ['double', 0],
    ['string', ''],
    ['bytes', '\u00ff'],
    [fixed, 'ab'],
    [enumOf(['A']), 'A'],
    [{ type: 'array', items: 'int' }, [1, 2]],
    [{ type: 'map', values: 'int' }, { a: 1 }],
    [['null', 'int'], null],
    [['int', 'null'], 3],
    [record(field('int', { default: 1 }), { name: 'g', type: 'int' }), { f: 1, g: 2 }],
  ])('%j: %j', (type, fallback) => {
    const inner = JSON.parse(JSON.stringify(type).replaceAll('"R"', '"Inner"')) as unknown;
    expect(faults(of(inner, { default: fallback }))).toEqual([]);
  });
});

describe('a default that is not', () => {
  it.each<[unknown, unknown]>([
    ['null', 0],
    ['boolean', 0],
    ['int', 2 ** 31],
    ['int', 1.5],
    ['long', '1'],
    ['float', '1'],
    ['string', 1],
    ['bytes', '€'],
    [fixed, 'abc'],
    [enumOf(['A']), 'B'],
    [{ type: 'array', items: 'int' }, ['1']],
    [{ type: 'array', items: 'int' }, {}],
    [{ type: 'map', values: 'int' }, []],
    [{ type: 'map', values: 'int' }, { a: '1' }],
    [{ type: 'record', name: 'Inner', fields: [field('int')] }, {}],
    [{ type: 'record', name: 'Inner', fields: [field('int')] }, { f: '1' }],
  ])('%j: %j', (type, fallback) => {
    const [fault, ...others] = faults(of(type, { default: fallback }));
    expect(fault).toMatch(/^avro: f: .* with the default .*: give a default of that type$/);
    expect(others).toEqual([]);
  });

  it('is of another branch than the first of a union', () => {
    expect(faults(of(['int', 'null'], { default: null }))).toEqual([
      'avro: f: int or null with the default null: the default of a union is of its first branch: put that branch first',
    ]);
  });

  it('is one of a record that would hold itself for ever', () => {
    expect(faults(of(['R', 'null'], { default: {} }))[0]).toContain('avro: f: record R or null with the default {}');
  });

  it('is found inside of lists, and once', () => {
    expect(
      faults(
        record(
          field({ type: 'array', items: { type: 'record', name: 'Inner', fields: [field('int', { default: 'x' })] } }),
        ),
      ),
    ).toEqual(['avro: f[].f: int with the default "x": give a default of that type']);
  });
});

describe('a definition that is no Avro', () => {
  it.each<[unknown, string]>([
    [1, 'the schema: no type'],
    [null, 'the schema: no type'],
    ['Quote', 'the schema: the unknown type "Quote"'],
    [{ type: { type: 'string' } }, 'the schema: an object without the name of a type'],
    [{ type: 'record', name: 'R' }, 'the schema: a record without a list of fields'],
    [{ type: 'record', name: '1R', fields: [] }, 'the schema: a type called "1R"'],
    [{ type: 'record', name: 'string', fields: [] }, 'the schema: a type called "string"'],
    [{ type: 'record', name: 'R', namespace: 'a..b', fields: [] }, 'the schema: the namespace "a..b"'],
    [{ type: 'record', name: 'R', aliases: 'S', fields: [] }, 'the schema: aliases that are no list of names'],
    [record(1), 'the schema: a field called undefined'],
    [record({ name: 'a-b', type: 'int' }), 'the schema: a field called "a-b"'],
    [record(field('int'), field('int')), 'f: a field that is there twice'],
    [of('int', { aliases: ['1'] }), 'f: aliases that are no list of field names'],
    [of('int', { aliases: ['f'] }), 'f: its own name for an alias'],
    [of(['int', ['null']]), 'f: a union in a union'],
    [of(['int', 'int']), 'f: a union with int twice'],
    [of(enumOf(['A', 'A'])), 'f: symbols that are no list of different names'],
    [of(enumOf(['A'], { default: 'B' })), 'f: the default "B"'],
    [of({ type: 'fixed', name: 'F', size: '2' }), 'f: a fixed without a size'],
    [record(field(fixed), { name: 'g', type: fixed }), 'g: F defined again'],
    [of({ type: 'array' }), 'f[]: no type'],
    [of({ type: 'map', values: 'nothing' }), 'f{}: the unknown type "nothing"'],
  ])('%j', (definition, what) => {
    const found = definitionFaults(definition);
    expect(found.map(({ rule }) => rule)).toEqual(['avro']);
    expect(describeFault(found[0] as (typeof found)[0])).toContain(`${what}: `);
  });
});

/** On these it halts, or reads one for the other, only when there is another version beside, or a record. */
const isTakenAlone = new Set([
  'f: an array whose items take no bytes',
  'f: a union of string and bytes',
  'f: the field name __proto__',
  'valueOf: the field name valueOf',
]);

describe('a definition that is Avro, and that our decoder would halt on', () => {
  it.each<[unknown, string]>([
    [of([]), 'f: a union without branches'],
    [of(['null', 'int', 'long']), 'f: a union of null, int, long'],
    [of([enumOf(['A']), 'string']), 'f: a union of enum, string'],
    [of([fixed, 'bytes']), 'f: a union of fixed, bytes'],
    [
      of([
        { type: 'map', values: 'int' },
        { type: 'record', name: 'Inner', fields: [] },
      ]),
      'f: a union of map, record',
    ],
    [of(['string', 'bytes']), 'f: a union of string and bytes'],
    [of(['null', 'R']), 'f: a type inside itself'],
    [of('R'), 'f: a type inside itself'],
    [of({ type: 'array', items: 'R' }), 'f[]: a type inside itself'],
    [of({ type: 'array', items: 'null' }), 'f: an array whose items take no bytes'],
    [of({ type: 'array', items: { type: 'fixed', name: 'Z', size: 0 } }), 'f: an array whose items take no bytes'],
    [of({ type: 'array', items: { type: 'record', name: 'N', fields: [] } }), 'f: an array whose items take no bytes'],
    [of(enumOf([])), 'f: an enum without symbols'],
    [of(enumOf(['constructor'])), 'f: the symbol constructor'],
    [record({ name: 'valueOf', type: 'int' }), 'valueOf: the field name valueOf'],
    [of('int', { aliases: ['__proto__'] }), 'f: the field name __proto__'],
    [of('long', { default: 2 ** 53 }), 'f: the default 9007199254740992'],
    [of(['long', 'null'], { default: -(2 ** 53) }), 'f: the default -9007199254740992'],
    [
      of({ type: 'record', name: 'Inner', fields: [field('bytes', { default: '' })] }, { default: {} }),
      'f: a default that leaves fields out',
    ],
    [{ type: 'error', name: 'R', fields: [] }, 'the schema: an error, which our decoder does not take'],
  ])('%j', (definition, what) => {
    const found = definitionFaults(definition);
    expect(found.map(({ rule }) => rule)).toEqual(['decoder']);
    expect(describeFault(found[0] as (typeof found)[0])).toContain(`${what}: `);
    const schema = { subject: 's', version: 1, definition: definition as Schema };
    if (isTakenAlone.has(what)) return;
    expect(() => compileWriter('id', schema, schema)).toThrow(MisconfiguredError);
  });

  it('is found where a list is of what holds itself, and nothing else', () => {
    const itself = { type: 'record', name: 'Itself', fields: [field('Itself')] };
    expect(faults(of({ type: 'array', items: itself }))).toEqual([
      'decoder: f[].f: a type inside itself: give the nesting a limit, each level a type of its own',
    ]);
  });

  it('may have names of its own namespace, of the one around it and of another', () => {
    const definition = {
      type: 'record',
      name: 'R',
      namespace: 'a',
      fields: [
        { name: 'own', type: { type: 'record', name: 'S', namespace: 'b', fields: [field(enumOf(['A']))] } },
        { name: 'around', type: { type: 'fixed', name: 'F', size: 1 } },
        { name: 'both', type: { type: 'array', items: ['null', 'b.E', 'F'] } },
        { name: 'full', type: 'a.F' },
      ],
    };
    expect(faults(definition)).toEqual([]);
    expect(faults(record(...definition.fields))).toEqual([
      'avro: full: the unknown type "a.F": define it where it is used first',
    ]);
  });
});
