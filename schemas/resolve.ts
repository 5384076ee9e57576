import {
  describeType,
  unqualified,
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroType,
  type Names,
  type Primitive,
} from './avro-type.ts';
import { joinPath, type Fault } from './fault.ts';

type Compare = (newer: AvroType, older: AvroType) => readonly Fault[];

/**
 * Whether what was written with the older schema can be read with the newer (Avro 1.11, "Schema Resolution"), by our
 * decoder too, and still means the same.
 * @returns why not; nothing where it can
 */
export const resolve = (newer: AvroType, older: AvroType): readonly Fault[] => {
  const compared = new Map<AvroType, Map<AvroType, readonly Fault[]>>();
  const compare: Compare = (reader, writer) => {
    const known = compared.get(reader)?.get(writer);
    if (known) return known;
    const pairs = compared.get(reader) ?? new Map<AvroType, readonly Fault[]>();
    compared.set(reader, pairs);
    // A type inside itself is taken for compatible with itself, until something else in it is not.
    pairs.set(writer, []);
    const faults = compareTypes(reader, writer, compare);
    pairs.set(writer, faults);
    return faults;
  };
  return compare(newer, older);
};

const compareTypes = (newer: AvroType, older: AvroType, compare: Compare): readonly Fault[] => {
  if (older.kind === 'union') return older.branches.flatMap((branch) => compare(newer, branch));
  if (newer.kind === 'union') return compareWithUnion(newer.branches, older, compare);
  if (newer.kind === 'record' && older.kind === 'record') {
    return [...compareNames(newer, older), ...compareFields(newer, older, compare)];
  }
  if (newer.kind === 'enum' && older.kind === 'enum') {
    return [...compareNames(newer, older), ...compareSymbols(newer, older)];
  }
  if (newer.kind === 'fixed' && older.kind === 'fixed') {
    return [
      ...compareNames(newer, older),
      ...(newer.size === older.size ? compareMeaning(newer, older) : [mismatch(newer, older)]),
    ];
  }
  if (newer.kind === 'array' && older.kind === 'array') return inside('[]', compare(newer.items, older.items));
  if (newer.kind === 'map' && older.kind === 'map') return inside('{}', compare(newer.values, older.values));
  return comparePrimitives(newer, older);
};

const inside = (child: string, faults: readonly Fault[]): readonly Fault[] =>
  faults.map((fault) => ({ ...fault, path: joinPath(child, fault.path) }));

const between = (rule: Fault['rule'], older: string, newer: string, wayOut: string): Fault => ({
  rule,
  path: '',
  older,
  newer,
  wayOut,
});

const mismatch = (newer: AvroType, older: AvroType): Fault =>
  between('avro', describeType(older), describeType(newer), 'leave the field as it is, and add another with a default');

const isAvro = ({ rule }: Fault): boolean => rule === 'avro';

/** The first branch that reads it; where none does, what is wrong with the one that comes closest. */
const compareWithUnion = (branches: readonly AvroType[], older: AvroType, compare: Compare): readonly Fault[] => {
  const tried = branches.map((branch) => ({ branch, faults: compare(branch, older) }));
  const same = tried.find(({ branch }) => branch.kind === older.kind);
  const best = tried.find(({ faults }) => faults.length === 0) ?? tried.find(({ faults }) => !faults.some(isAvro));
  const closest = best ?? same;
  if (closest) return closest.faults;
  const wanted = branches.map(describeType).join(' or ');
  return [between('avro', describeType(older), wanted, `add ${describeType(older)} to the union`)];
};

/** Avro compares names without their namespace, our decoder with it. */
const compareNames = (newer: Names, older: Names): readonly Fault[] => {
  if (newer.name === older.name || newer.aliases.includes(older.name)) return [];
  const wayOut = `keep the name, or give it the alias ${older.name}`;
  const rule = unqualified(newer.name) === unqualified(older.name) ? 'decoder' : 'avro';
  return [between(rule, `the name ${older.name}`, `the name ${newer.name}`, wayOut)];
};

const compareSymbols = (newer: AvroEnum, older: AvroEnum): readonly Fault[] => {
  const gone = older.symbols.filter((symbol) => !newer.symbols.includes(symbol));
  if (gone.length === 0 || newer.fallback !== undefined) return [];
  const has = gone.length === 1 ? `the symbol ${gone[0]}` : `the symbols ${gone.join(', ')}`;
  return [between('avro', has, 'neither that nor a default symbol', 'keep it, or give the enum a default')];
};

/** The field of the older record that a field of the newer is filled from: by its name or by one of its aliases. */
export const olderFieldsFor = (field: AvroField, older: AvroRecord): readonly AvroField[] =>
  older.fields.filter(({ name }) => name === field.name || field.aliases.includes(name));

const compareFields = (newer: AvroRecord, older: AvroRecord, compare: Compare): readonly Fault[] => {
  const taken = new Map<AvroField, string>();
  return newer.fields.flatMap((field) => {
    const [match, other] = olderFieldsFor(field, older);
    if (!match) return field.fallback === undefined ? inside(field.name, [missing(field)]) : [];
    if (other) {
      const wayOut = 'take away the alias that is not meant';
      return inside(field.name, [between('avro', `${match.name} and ${other.name}`, 'aliases for both', wayOut)]);
    }
    const first = taken.get(match);
    taken.set(match, field.name);
    const twice = between('meaning', match.name, `it in ${first} and here`, 'take away the alias that is not meant');
    return inside(field.name, [...(first === undefined ? [] : [twice]), ...compare(field.type, match.type)]);
  });
};

const missing = ({ type }: AvroField): Fault =>
  between('avro', 'no such field', `${describeType(type)} without a default`, 'give it a default');

const promotions: Partial<Record<AvroType['kind'], readonly Primitive[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  string: ['bytes'],
  bytes: ['string'],
};

const comparePrimitives = (newer: AvroType, older: AvroType): readonly Fault[] => {
  const promoted = promotions[newer.kind]?.some((kind) => kind === older.kind) ?? false;
  if (newer.kind !== older.kind && !promoted) return [mismatch(newer, older)];
  if (newer.kind === 'string' && older.kind === 'bytes') {
    const wayOut = 'bytes that are no text would be read as other text: add another field with a default';
    return [between('meaning', 'bytes', 'string', wayOut)];
  }
  return compareMeaning(newer, older);
};

const logicalOf = (type: AvroType): string | undefined => ('logical' in type ? type.logical : undefined);

/** Avro reads over logical types, so that thousandths would be taken for millionths; Glue does not look at them. */
const compareMeaning = (newer: AvroType, older: AvroType): readonly Fault[] => {
  const [to, from] = [logicalOf(newer), logicalOf(older)];
  if (to === undefined || from === undefined || to === from) return [];
  return [between('meaning', from, to, 'the numbers stay as they were written: add another field with a default')];
};
