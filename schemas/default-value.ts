import { describeType, type AvroField, type AvroRecord, type AvroType } from './avro-type.ts';
import { joinPath, type Fault } from './fault.ts';
import { visitTypes } from './type-walk.ts';

const isWholeWithin =
  (least: number, most: number) =>
  (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const isInt = isWholeWithin(-(2 ** 31), 2 ** 31 - 1);
/** JSON in JavaScript has no more digits; a long beyond this was not read as it was written. */
const isLong = isWholeWithin(-(2 ** 63), 2 ** 63 - 1);

/** Bytes are written as text, a character each. */
const isBytes = (value: unknown): value is string =>
  typeof value === 'string' && !/[^\p{ASCII}\u0080-\u00ff]/u.test(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields that have been filled from their own default so far; `never` where nothing may be left out. */
type Filled = readonly AvroField[] | 'never';

/** Whether a default, as JSON, is of a type (Avro 1.11: of a union it is of the first branch). */
const isOfType = (value: unknown, type: AvroType, filled: Filled): boolean => {
  switch (type.kind) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return isInt(value);
    case 'long':
      return isLong(value);
    case 'float':
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return isBytes(value);
    case 'fixed':
      return isBytes(value) && value.length === type.size;
    case 'enum':
      return type.symbols.includes(value as string);
    case 'array':
      return Array.isArray(value) && value.every((item) => isOfType(item, type.items, filled));
    case 'map':
      return isObject(value) && Object.values(value).every((element) => isOfType(element, type.values, filled));
    case 'union':
      return type.branches[0] !== undefined && isOfType(value, type.branches[0], filled);
    case 'record':
      return isObject(value) && isOfRecord(value, type, filled);
    default:
      return type satisfies never;
  }
};

/** What a default leaves out is filled from the fields' own; one that fills itself would have no end. */
const isOfRecord = (value: Readonly<Record<string, unknown>>, { fields }: AvroRecord, filled: Filled): boolean =>
  fields.every((field) => {
    if (Object.hasOwn(value, field.name)) return isOfType(value[field.name], field.type, filled);
    if (field.fallback === undefined || filled === 'never' || filled.includes(field)) return false;
    return isOfType(field.fallback, field.type, [...filled, field]);
  });

/** Of its type, but for fields that it leaves to their own defaults. */
export const leavesFieldsOut = ({ fallback, type }: AvroField): boolean =>
  fallback !== undefined && isOfType(fallback, type, []) && !isOfType(fallback, type, 'never');

/** Fields whose default is not of their type. */
export const defaultFaults = (type: AvroType): readonly Fault[] =>
  visitTypes(type).flatMap(({ type: record, path, isRecursive }) =>
    record.kind !== 'record' || isRecursive
      ? []
      : record.fields
          .filter((field) => field.fallback !== undefined && !isOfType(field.fallback, field.type, []))
          .map((field) => ({
            rule: 'avro',
            path: joinPath(path, field.name),
            older: undefined,
            newer: `${describeType(field.type)} with the default ${JSON.stringify(field.fallback)}`,
            wayOut:
              field.type.kind === 'union'
                ? 'the default of a union is of its first branch: put that branch first'
                : 'give a default of that type',
          })),
  );
