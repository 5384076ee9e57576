import type { Attributes, InMemoryTables, Input } from './in-memory-tables.ts';

type Attribute = Record<string, unknown>;
type Item = Record<string, unknown>;

const attributeOf = (value: unknown): Attribute => {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value instanceof Uint8Array) return { B: value };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  if (typeof value === 'object') return { M: attributesOf(value as Item) };
  throw new Error(`no attribute is made of ${typeof value}`);
};
const attributesOf = (item: Item): Attributes =>
  Object.fromEntries(
    Object.entries(item)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, attributeOf(value)]),
  );

const valueOf = (attribute: Attribute): unknown => {
  const [[type, value] = ['NULL', true]] = Object.entries(attribute);
  if (type === 'N') return Number(value);
  if (type === 'L') return (value as Attribute[]).map(valueOf);
  if (type === 'M') return itemOf(value as Attributes);
  return type === 'NULL' ? null : value;
};
const itemOf = (attributes: Attributes): Item =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, valueOf(attribute)]));

/** Keys of every table are strings: where one is no attribute yet, the command is of the document client. */
const isOfDocuments = (command: string, input: Input): boolean =>
  command === 'ScanCommand' ||
  Object.values((input['Item'] ?? input['Key'] ?? {}) as Item).some((value) => typeof value === 'string');

const changed = (holder: Item, names: readonly string[], change: (value: never) => unknown): Item => ({
  ...holder,
  ...Object.fromEntries(
    names.flatMap((name) => (holder[name] === undefined ? [] : [[name, change(holder[name] as never)]])),
  ),
});

/** Answers what the SDK's client sends, and what its document client sends: plain values, made attributes and back. */
export const answerDocuments = (tables: InMemoryTables, command: string, input: Input): Item => {
  if (!isOfDocuments(command, input)) return tables.answer(command, input);
  const asked = changed(input, ['Item', 'Key', 'ExpressionAttributeValues'], attributesOf) as Input;
  const answered = changed(tables.answer(command, asked), ['Item', 'Attributes'], itemOf);
  return changed(answered, ['Items'], (items: Attributes[]) => items.map(itemOf));
};
