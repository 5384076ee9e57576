import type { AssemblyStack } from '../cloud-assembly.ts';
import { referencesIn, type Reference } from './references.ts';

const exportsOf = ({ template }: AssemblyStack): readonly unknown[] =>
  Object.values(template.Outputs ?? {}).flatMap(({ Export }) => (Export ? [JSON.stringify(Export.Name)] : []));

/**
 * For each stack, the stacks to deploy before it: those the assembly names, and those its template reads from (a weak
 * reference need not appear in the assembly's own list).
 */
export const stackDependencies = (stacks: readonly AssemblyStack[]): ReadonlyMap<string, readonly string[]> => {
  const names = new Set(stacks.map(({ name }) => name));
  const exporters = new Map(stacks.flatMap((stack) => exportsOf(stack).map((key) => [key, stack.name] as const)));

  const readFrom = (reference: Reference): unknown => {
    if (reference.kind === 'import') return exporters.get(JSON.stringify(reference.exportName));
    return reference.kind === 'stack-output' ? reference.stackName : undefined;
  };

  return new Map(
    stacks.map(({ name, template, dependsOn }) => {
      const read = [...referencesIn(template.Resources), ...referencesIn(template.Outputs)].map(readFrom);
      const needed = [...dependsOn, ...read].filter((other) => typeof other === 'string' && names.has(other));
      return [name, [...new Set(needed as string[])].filter((other) => other !== name)];
    }),
  );
};
