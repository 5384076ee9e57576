import type { AvroType } from './avro-type.ts';
import { leavesFieldsOut } from './default-value.ts';
import { joinPath, type Fault } from './fault.ts';
import { visitTypes, type Visit } from './type-walk.ts';

/**
 * What `lambdas/shared/serde` cannot take though it is Avro: it would halt on the first record. Its library is `avsc`,
 * its values are plain JavaScript ones, and its walks over a schema are compiled ahead, to a fixed depth.
 */
export const decoderLimits = (type: AvroType): readonly Fault[] => visitTypes(type).flatMap(limitsOf);

const limitsOf = ({ type, path, isRecursive }: Visit): readonly Fault[] => {
  const fault = (newer: string, wayOut: string, child = ''): Fault => ({
    rule: 'decoder',
    path: joinPath(path, child),
    older: undefined,
    newer,
    wayOut,
  });
  if (isRecursive) return [fault('a type inside itself', 'give the nesting a limit, each level a type of its own')];
  switch (type.kind) {
    case 'array':
      // A count of items that outnumbers the bytes is taken for a broken one.
      return isWithoutBytes(type.items)
        ? [fault('an array whose items take no bytes', 'keep their number in a long')]
        : [];
    case 'union':
      return unionLimits(type.branches, fault);
    case 'enum':
      return type.symbols.length === 0
        ? [fault('an enum without symbols', 'give it one')]
        : type.symbols.filter(isInherited).map((name) => fault(`the symbol ${name}`, inheritedWayOut));
    case 'record':
      return type.fields.flatMap((field) => [
        ...[field.name, ...field.aliases]
          .filter(isInherited)
          .map((name) => fault(`the field name ${name}`, inheritedWayOut, field.name)),
        // Bytes among those that are left out would be converted twice.
        ...(leavesFieldsOut(field)
          ? [fault('a default that leaves fields out', 'write each of them out', field.name)]
          : []),
        ...numberLimits(field.fallback, field.type, (newer, wayOut) => fault(newer, wayOut, field.name)),
      ]);
    default:
      return [];
  }
};

const isWithoutBytes = (type: AvroType, around: readonly AvroType[] = []): boolean =>
  type.kind === 'null' ||
  (type.kind === 'fixed' && type.size === 0) ||
  (type.kind === 'record' &&
    !around.includes(type) &&
    type.fields.every((field) => isWithoutBytes(field.type, [...around, type])));

/** `avsc` looks names up in plain objects, which have these already. */
const isInherited = (name: string): boolean => name in Object.prototype;
const inheritedWayOut = 'JavaScript has it already: choose another name';

/** What JavaScript, and so the decoder, can tell apart by the value alone. */
const looks: Partial<Record<AvroType['kind'], string>> = {
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  enum: 'string',
  fixed: 'bytes',
  map: 'record',
};
const lookOf = ({ kind }: AvroType): string => looks[kind] ?? kind;

const unionLimits = (
  branches: readonly AvroType[],
  fault: (newer: string, wayOut: string) => Fault,
): readonly Fault[] => {
  if (branches.length === 0) return [fault('a union without branches', 'give it some')];
  const double = branches.filter((branch, index) =>
    branches.slice(0, index).some((other) => lookOf(other) === lookOf(branch)),
  );
  const kinds = branches.map(({ kind }) => kind);
  return [
    ...double.map(({ kind }) =>
      fault(`a union of ${kinds.join(', ')}`, `${kind} cannot be told from the others: use two fields`),
    ),
    // Any later version would read the text as bytes, or the bytes as text: whichever branch comes first.
    ...(kinds.includes('string') && kinds.includes('bytes')
      ? [fault('a union of string and bytes', 'each can be read as the other: use two fields')]
      : []),
  ];
};

/** The largest whole number that `avsc` takes. */
const mostLong = 2 ** 53 - 2;

const numberLimits = (
  fallback: unknown,
  type: AvroType,
  fault: (newer: string, wayOut: string) => Fault,
): readonly Fault[] => {
  const first = type.kind === 'union' ? type.branches[0] : type;
  return first?.kind === 'long' && Math.abs(fallback as number) > mostLong
    ? [fault(`the default ${String(fallback)}`, `use one between -${mostLong} and ${mostLong}`)]
    : [];
};
