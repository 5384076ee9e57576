import { attributeOf, intrinsicIn, PLACEHOLDER } from './template.ts';

/** A name used in a value: a resource, a parameter or a condition of the same template, or another stack's output. */
export type Reference =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'import'; readonly exportName: unknown }
  | { readonly kind: 'stack-output'; readonly stackName: unknown };

const local = (name: unknown): readonly Reference[] => (typeof name === 'string' ? [{ kind: 'local', name }] : []);

const inSubstitution = (argument: unknown): readonly Reference[] => {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = new Set(Object.keys((variables as object | undefined) ?? {}));
  const names = [...String(text).matchAll(PLACEHOLDER)]
    .filter(([, literal]) => literal === '')
    .map(([, , name = '']) => name.split('.')[0] ?? '')
    .filter((name) => !own.has(name));
  return [...names.flatMap(local), ...referencesIn(variables)];
};

const inIntrinsic = (name: string, argument: unknown): readonly Reference[] => {
  switch (name) {
    case 'Ref':
    case 'Condition':
      return local(argument);
    case 'Fn::GetAtt':
      return local(attributeOf(argument)?.[0]);
    case 'Fn::Sub':
      return inSubstitution(argument);
    case 'Fn::ImportValue':
      return [{ kind: 'import', exportName: argument }, ...referencesIn(argument)];
    case 'Fn::GetStackOutput':
      return [{ kind: 'stack-output', stackName: (argument as { StackName?: unknown }).StackName }];
    default:
      return referencesIn(argument);
  }
};

/** Every reference in a value, however deep. */
export const referencesIn = (value: unknown): readonly Reference[] => {
  if (typeof value !== 'object' || value === null) return [];
  const intrinsic = intrinsicIn(value);
  return intrinsic ? inIntrinsic(...intrinsic) : Object.values(value).flatMap(referencesIn);
};

/** Names of the same template that a value needs. */
export const localNamesIn = (value: unknown): readonly string[] =>
  referencesIn(value).flatMap((reference) => (reference.kind === 'local' ? [reference.name] : []));
