import {
  primitives,
  unqualified,
  type AvroField,
  type AvroRecord,
  type AvroType,
  type Names,
  type Primitive,
} from './avro-type.ts';
import { joinPath, type Fault } from './fault.ts';

type Json = Readonly<Record<string, unknown>>;

interface Reading {
  readonly types: Map<string, AvroType>;
  readonly faults: Fault[];
}
/** Where a definition is being read, and which namespace names without one belong to. */
interface Place {
  readonly path: string;
  readonly namespace: string;
}

/** Stands where nothing could be read; a schema with faults is not compared. */
const nothing: AvroType = { kind: 'null', logical: undefined };

const namePart = /^[A-Za-z_][A-Za-z0-9_]*$/;
const isName = (name: unknown): name is string => typeof name === 'string' && namePart.test(name);
const isFullName = (name: unknown): name is string => typeof name === 'string' && name.split('.').every(isName);
const isPrimitive = (name: string): name is Primitive => (primitives as readonly string[]).includes(name);
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const qualify = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;

/**
 * Reads an Avro schema as the specification has it (1.11, "Schema Declaration").
 * @param definition - as JSON
 * @returns the schema and what is wrong with it; it means nothing where something is
 */
export const parseDefinition = (
  definition: unknown,
): { readonly type: AvroType; readonly faults: readonly Fault[] } => {
  const reading: Reading = { types: new Map(), faults: [] };
  const type = readType(definition, { path: '', namespace: '' }, reading);
  return { type, faults: reading.faults };
};

const complain = (
  { faults }: Reading,
  path: string,
  newer: string,
  wayOut: string,
  rule: Fault['rule'] = 'avro',
): AvroType => {
  faults.push({ rule, path, older: undefined, newer, wayOut });
  return nothing;
};

const readType = (definition: unknown, place: Place, reading: Reading): AvroType => {
  if (typeof definition === 'string') return readName(definition, place, reading);
  if (Array.isArray(definition)) return readUnion(definition, place, reading);
  if (!isObject(definition)) {
    return complain(reading, place.path, 'no type', 'give the name of a type, an object or a list');
  }
  switch (definition['type']) {
    case 'record':
    case 'error':
      return readRecord(definition, place, reading);
    case 'enum':
      return readEnum(definition, place, reading);
    case 'fixed':
      return readFixed(definition, place, reading);
    case 'array':
      return { kind: 'array', items: readType(definition['items'], at(place, '[]'), reading) };
    case 'map':
      return { kind: 'map', values: readType(definition['values'], at(place, '{}'), reading) };
    default:
      return readAnnotated(definition, place, reading);
  }
};

const at = ({ path, namespace }: Place, child: string): Place => ({ path: joinPath(path, child), namespace });

const readName = (name: string, { path, namespace }: Place, reading: Reading): AvroType => {
  if (isPrimitive(name)) return { kind: name, logical: undefined };
  const known = reading.types.get(qualify(name, namespace));
  return known ?? complain(reading, path, `the unknown type "${name}"`, 'define it where it is used first');
};

const readAnnotated = (definition: Json, place: Place, reading: Reading): AvroType => {
  const { type } = definition;
  if (typeof type !== 'string') {
    return complain(reading, place.path, 'an object without the name of a type', 'give "type" one, without a nest');
  }
  return isPrimitive(type) ? { kind: type, logical: readLogical(definition) } : readName(type, place, reading);
};

const readLogical = ({ logicalType, precision, scale = 0 }: Json): string | undefined => {
  if (typeof logicalType !== 'string') return undefined;
  return logicalType === 'decimal' ? `decimal(${String(precision)}, ${String(scale)})` : logicalType;
};

const readUnion = (branches: readonly unknown[], place: Place, reading: Reading): AvroType => {
  const types = branches.map((branch) => readType(branch, place, reading));
  if (types.some(({ kind }) => kind === 'union')) {
    return complain(reading, place.path, 'a union in a union', 'make them one');
  }
  const keys = types.map((type) => ('name' in type ? type.name : type.kind));
  const double = keys.find((key, index) => keys.indexOf(key) !== index);
  if (double !== undefined) return complain(reading, place.path, `a union with ${double} twice`, 'leave one of them');
  return { kind: 'union', branches: types };
};

const readNames = (definition: Json, { path, namespace }: Place, reading: Reading): Names => {
  const { name, namespace: own, aliases = [] } = definition;
  if (!isFullName(name) || isPrimitive(unqualified(name))) {
    complain(
      reading,
      path,
      `a type called ${JSON.stringify(name)}`,
      'use letters, digits and _, and no name of Avro’s',
    );
    return { name: '', aliases: [] };
  }
  if (own !== undefined && own !== '' && !isFullName(own)) {
    complain(reading, path, `the namespace ${JSON.stringify(own)}`, 'use letters, digits, _ and dots');
  }
  const named = name.lastIndexOf('.');
  const space = named >= 0 ? name.slice(0, named) : typeof own === 'string' ? own : namespace;
  if (!Array.isArray(aliases) || !aliases.every(isFullName)) {
    complain(reading, path, 'aliases that are no list of names', 'use letters, digits, _ and dots');
    return { name: qualify(name, space), aliases: [] };
  }
  return { name: qualify(name, space), aliases: aliases.map((alias) => qualify(alias, space)) };
};

const keep = <T extends AvroType & Names>(type: T, { path }: Place, reading: Reading): T => {
  if (reading.types.has(type.name)) complain(reading, path, `${type.name} defined again`, 'use it by its name alone');
  reading.types.set(type.name, type);
  return type;
};

const readRecord = (definition: Json, place: Place, reading: Reading): AvroType => {
  const names = readNames(definition, place, reading);
  const record: AvroRecord = keep({ kind: 'record', ...names, fields: [] }, place, reading);
  const { fields } = definition;
  if (!Array.isArray(fields)) return complain(reading, place.path, 'a record without a list of fields', 'give it one');
  const namespace = record.name.slice(0, Math.max(0, record.name.lastIndexOf('.')));
  const inside = { path: place.path, namespace };
  record.fields.push(...fields.flatMap((field: unknown) => readField(field, inside, reading)));
  const fieldNames = record.fields.map(({ name }) => name);
  for (const name of fieldNames.filter((each, index) => fieldNames.indexOf(each) !== index)) {
    complain(reading, joinPath(place.path, name), 'a field that is there twice', 'leave one of them');
  }
  if (definition['type'] === 'error') {
    complain(reading, place.path, 'an error, which our decoder does not take', 'make it a record', 'decoder');
  }
  return record;
};

const readField = (field: unknown, place: Place, reading: Reading): readonly AvroField[] => {
  const { name, type, aliases = [], default: fallback } = isObject(field) ? field : {};
  if (!isName(name)) {
    complain(reading, place.path, `a field called ${JSON.stringify(name)}`, 'use letters, digits and _');
    return [];
  }
  const inside = at(place, name);
  const read = readType(type, inside, reading);
  if (!Array.isArray(aliases) || !aliases.every(isName)) {
    complain(reading, inside.path, 'aliases that are no list of field names', 'use letters, digits and _');
    return [];
  }
  if (aliases.includes(name)) {
    // Glue's Avro then finds two fields of the older version for it, and refuses.
    complain(reading, inside.path, 'its own name for an alias', 'leave the alias out');
  }
  return [{ name, aliases, type: read, fallback }];
};

const readEnum = (definition: Json, place: Place, reading: Reading): AvroType => {
  const { symbols, default: fallback } = definition;
  const names = readNames(definition, place, reading);
  if (!Array.isArray(symbols) || !symbols.every(isName) || new Set(symbols).size !== symbols.length) {
    return complain(reading, place.path, 'symbols that are no list of different names', 'use letters, digits and _');
  }
  if (fallback !== undefined && !symbols.includes(fallback as string)) {
    complain(reading, place.path, `the default ${JSON.stringify(fallback)}`, `use one of ${symbols.join(', ')}`);
  }
  return keep({ kind: 'enum', ...names, symbols, fallback: fallback as string | undefined }, place, reading);
};

const readFixed = (definition: Json, place: Place, reading: Reading): AvroType => {
  const { size } = definition;
  const names = readNames(definition, place, reading);
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size >= 2 ** 31) {
    return complain(reading, place.path, 'a fixed without a size', 'give the number of its bytes');
  }
  return keep({ kind: 'fixed', ...names, size, logical: readLogical(definition) }, place, reading);
};
