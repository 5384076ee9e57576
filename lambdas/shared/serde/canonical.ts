import type avsc from 'avsc';
import type { Type } from 'avsc';

/** Writes a value as text that is the same for equal content, whichever version of the schema wrote it. */
export type Canonical = (value: unknown) => string;

/**
 * Compiles, once per schema, what tells equal content from other content: fields by name, without those at their
 * default, so that a writer that knows a field and leaves it alone agrees with one that does not know it.
 * Every kind of value is written so that no two different ones of a schema give the same text.
 * @param without - fields of the outermost record that do not count
 */
export const compileCanonical = (type: Type, without: ReadonlySet<string> = new Set()): Canonical => {
  switch (type.typeName) {
    case 'record':
      return compileRecord(type as avsc.types.RecordType, without);
    case 'array': {
      const item = compileCanonical((type as avsc.types.ArrayType).itemsType);
      return (value) => `[${(value as unknown[]).map((element) => item(element)).join()}]`;
    }
    case 'map': {
      const item = compileCanonical((type as avsc.types.MapType).valuesType);
      return (value) =>
        `{${Object.entries(value as Record<string, unknown>)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, element]) => `${JSON.stringify(key)}:${item(element)}`)
          .join()}}`;
    }
    case 'union:unwrapped':
      return compileUnion(type as avsc.types.UnwrappedUnionType);
    case 'bytes':
    case 'fixed':
      return (value) => `x${(value as Buffer).toString('hex')}`;
    case 'string':
    case 'enum':
      return (value) => JSON.stringify(value);
    default:
      return String; // null, boolean and every number: 3 read from an int, a long or a double is 3
  }
};

const compileRecord = (type: avsc.types.RecordType, without: ReadonlySet<string>): Canonical => {
  const fields = type.fields
    .filter(({ name }) => !without.has(name))
    .map(({ name, type: fieldType, defaultValue }) => {
      const canonical = compileCanonical(fieldType);
      const fallback: unknown = defaultValue();
      return { name, canonical, default: fallback === undefined ? undefined : canonical(fallback) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return (value) => {
    let text = '{';
    for (const { name, canonical, default: fallback } of fields) {
      const content = canonical((value as Record<string, unknown>)[name]);
      if (content !== fallback) text += `${name}:${content},`;
    }
    return `${text}}`;
  };
};

/** Branches of an unwrapped union are of kinds that JavaScript tells apart, so at most one takes a value. */
const compileUnion = (type: avsc.types.UnwrappedUnionType): Canonical => {
  const branches = type.types
    .filter(({ typeName }) => typeName !== 'null')
    .map((branch) => ({ branch, canonical: compileCanonical(branch) }));
  const [first] = branches;
  if (first && branches.length === 1) return (value) => (value === null ? 'null' : first.canonical(value));
  return (value) => branches.find(({ branch }) => branch.isValid(value))?.canonical(value) ?? String(value);
};
