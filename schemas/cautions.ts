import type { AvroField, AvroRecord, AvroType } from './avro-type.ts';
import { joinPath } from './fault.ts';
import { parseDefinition } from './parse-definition.ts';
import { olderFieldsFor, resolve } from './resolve.ts';

export interface Cautions {
  /** Why a reader that knows only the older version cannot read the newer: it halts until it is deployed anew. */
  readonly readersFirst: readonly string[];
  /**
   * Fields whose content has another hash from either version: an event that was stored from an old producer and is
   * sent again by a new one is a conflict then, where it ought to be a duplicate.
   */
  readonly resends: readonly string[];
}

/** What a newer version may do, and what it costs while both are in use. Both sound, as JSON. */
export const cautions = (newer: unknown, older: unknown): Cautions => {
  const [after, before] = [parseDefinition(newer).type, parseDefinition(older).type];
  return {
    readersFirst: resolve(before, after).map(
      ({ path, older: has, newer: wants }) => `${path === '' ? 'the schema' : path} has ${has ?? ''} now, had ${wants}`,
    ),
    resends: differences(after, before, new Set(['header'])),
  };
};

const typesOf = (type: AvroType): readonly AvroType[] => (type.kind === 'union' ? type.branches : [type]);

/** `lambdas/shared/serde/content-hash.ts` counts fields by name and without their default, and numbers as doubles. */
const differences = (newer: AvroType, older: AvroType, without: ReadonlySet<string>): readonly string[] =>
  typesOf(older).flatMap((before) => {
    const after = typesOf(newer).find((branch) => resolve(branch, before).length === 0);
    return after ? between(after, before, without) : [];
  });

const none: ReadonlySet<string> = new Set();

const between = (after: AvroType, before: AvroType, without: ReadonlySet<string>): readonly string[] => {
  if (after.kind === 'record' && before.kind === 'record') return ofRecords(after, before, without);
  if (after.kind === 'array' && before.kind === 'array')
    return inside('[]', differences(after.items, before.items, none));
  if (after.kind === 'map' && before.kind === 'map')
    return inside('{}', differences(after.values, before.values, none));
  if (after.kind === 'enum' && before.kind === 'enum') {
    const gone = before.symbols.filter((symbol) => !after.symbols.includes(symbol));
    return gone.length > 0 ? [`: ${gone.join(', ')} is read as ${after.fallback ?? ''}`] : [];
  }
  const keepsHash =
    after.kind === before.kind || after.kind === 'long' || (after.kind === 'double' && before.kind !== 'float');
  return keepsHash ? [] : [`: ${before.kind} has become ${after.kind}`];
};

const inside = (name: string, found: readonly string[]): readonly string[] =>
  found.map((each) => (each.startsWith(':') ? name + each : joinPath(name, each)));

const ofRecords = (after: AvroRecord, before: AvroRecord, without: ReadonlySet<string>): readonly string[] => {
  const kept = new Set<AvroField>();
  const found = after.fields.flatMap((field) => {
    const [match] = olderFieldsFor(field, before);
    if (!match || without.has(field.name)) return [];
    kept.add(match);
    return inside(field.name, [
      ...(match.name === field.name ? [] : [`: was ${match.name}`]),
      ...(hasOtherDefault(field, match) ? [': has another default'] : []),
      ...differences(field.type, match.type, none),
    ]);
  });
  const gone = before.fields.filter((field) => !kept.has(field) && !without.has(field.name));
  return [...found, ...gone.map(({ name }) => `${name}: is gone`)];
};

const mayBeNull = (type: AvroType): boolean => typesOf(type).some(({ kind }) => kind === 'null');

/** A default of null makes no difference to a version that has no null. */
const counts = (fallback: unknown, other: AvroType): boolean =>
  fallback !== undefined && (fallback !== null || mayBeNull(other));

const hasOtherDefault = (newer: AvroField, older: AvroField): boolean =>
  JSON.stringify(newer.fallback) !== JSON.stringify(older.fallback) &&
  (counts(newer.fallback, older.type) || counts(older.fallback, newer.type));
