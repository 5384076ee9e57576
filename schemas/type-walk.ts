import type { AvroType } from './avro-type.ts';
import { joinPath } from './fault.ts';

export interface Visit {
  readonly type: AvroType;
  readonly path: string;
  /** It is inside itself; what it holds is not visited again. */
  readonly isRecursive: boolean;
}

/** Every type of a schema with its path, from the outside in; a named one each time it is used. */
export const visitTypes = (type: AvroType, path = '', around: readonly AvroType[] = []): readonly Visit[] => {
  const isRecursive = around.includes(type);
  const visit = { type, path, isRecursive };
  if (isRecursive) return [visit];
  const inside = (child: AvroType, name: string) => visitTypes(child, joinPath(path, name), [...around, type]);
  switch (type.kind) {
    case 'record':
      return [visit, ...type.fields.flatMap((field) => inside(field.type, field.name))];
    case 'array':
      return [visit, ...inside(type.items, '[]')];
    case 'map':
      return [visit, ...inside(type.values, '{}')];
    case 'union':
      return [visit, ...type.branches.flatMap((branch) => inside(branch, ''))];
    default:
      return [visit];
  }
};
