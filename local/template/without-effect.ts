import { shortHash } from '../deterministic-id.ts';
import { physicalName, type Resource } from '../resources/provider.ts';
import type { Place } from './deployment-error.ts';
import { noEffectProperties, type NoEffectType } from './no-effect.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (value: unknown, [key, ...rest]: readonly string[]): unknown => {
  if (!isRecord(value) || key === undefined || !(key in value)) return value;
  const { [key]: inner, ...others } = value;
  return rest.length === 0 ? others : { ...others, [key]: without(inner, rest) };
};

/** A resource's properties without those that are listed as having no local effect. */
export const effectiveProperties = (type: string, properties: unknown): Record<string, unknown> =>
  Object.keys(noEffectProperties[type] ?? {}).reduce(
    (left, path) => without(left, path.split('.')),
    properties,
  ) as Record<string, unknown>;

const filled = (pattern: string, name: string, properties: Record<string, unknown>): string =>
  pattern.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = key === 'name' ? name : properties[key];
    return typeof value === 'string' ? value : '';
  });

/** Ids as AWS makes them are short and say nothing. */
const nameOf = (type: NoEffectType, place: Place, properties: Record<string, unknown>): string => {
  const given = type.nameProperty === undefined ? undefined : properties[type.nameProperty];
  if (typeof given === 'string') return given;
  const [, , kind = ''] = place.type.split('::');
  return place.type.startsWith('AWS::EC2::')
    ? `${kind.toLowerCase()}-${shortHash(17, place.stack, place.logicalId)}`
    : physicalName(place);
};

/** What references to a resource without local effect give: names and ARNs of the right shape. */
export const standIn = (type: NoEffectType, place: Place, properties: Record<string, unknown>): Resource => {
  const name = nameOf(type, place, properties);
  return {
    ref: filled(type.ref ?? '{name}', name, properties),
    attributes: Object.fromEntries(
      Object.entries(type.attributes ?? {}).map(([key, pattern]) => [key, filled(pattern, name, properties)]),
    ),
  };
};
