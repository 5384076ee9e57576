import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { AssemblyStack } from '../cloud-assembly.ts';
import type { Resource, ResourceRequest } from '../resources/provider.ts';
import { providers } from '../resources/providers.ts';
import { failedAt, unknownType, type Place } from './deployment-error.ts';
import { resolveDynamicReferences } from './dynamic-references.ts';
import { customResourceFunction, noEffectTypes, type NoEffectType } from './no-effect.ts';
import { localNamesIn } from './references.ts';
import { resolve, type Scope } from './resolve.ts';
import { runGraph } from './run-graph.ts';
import { createScope, type OtherStacks } from './scope.ts';
import { attributeOf, intrinsicIn, type TemplateResource } from './template.ts';
import { effectiveProperties, standIn } from './without-effect.ts';

/** What a stack became. */
export interface DeployedStack {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly resources: ReadonlyMap<string, Resource & { readonly type: string }>;
}

/** What a deploy of one stack works with. */
export type DeploymentContext = Omit<ResourceRequest, 'place'> & { readonly others: OtherStacks };

/** Most resources wait for one local service each; more at once would only queue up there. */
const RESOURCES_AT_ONCE = 8;

/** Functions that CDK deploys only to serve custom resources. */
const customResourceFunctionsIn = (resources: Readonly<Record<string, TemplateResource>>): ReadonlySet<string> =>
  new Set(
    Object.values(resources).flatMap(({ Properties }) => {
      const [name, argument] = intrinsicIn(Properties?.['ServiceToken']) ?? [];
      const logicalId = name === 'Fn::GetAtt' ? attributeOf(argument)?.[0] : undefined;
      return logicalId === undefined ? [] : [logicalId];
    }),
  );

const placeOf = (stack: string, logicalId: string, { Type }: TemplateResource): Place => ({
  stack,
  logicalId,
  type: Type,
});

/** @throws DeploymentError for the first type that is neither deployed nor listed: before anything is created */
export const assertTypesKnown = ({ name, template }: AssemblyStack): void => {
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (!providers.has(resource.Type) && !(resource.Type in noEffectTypes))
      throw unknownType(placeOf(name, logicalId, resource));
  }
};

const dependenciesOf = (resource: TemplateResource, names: ReadonlySet<string>): readonly string[] => {
  const explicit = resource.DependsOn ?? [];
  const all = [...localNamesIn(resource.Properties), ...(typeof explicit === 'string' ? [explicit] : explicit)];
  return [...new Set(all)].filter((name) => names.has(name));
};

const deployResource = async (
  resource: TemplateResource,
  noEffect: NoEffectType | undefined,
  scope: Scope,
  request: ResourceRequest,
): Promise<Resource> => {
  const { clients, place } = request;
  const properties = resolve(resource.Properties ?? {}, scope) as Record<string, unknown>;
  if (noEffect) return standIn(noEffect, place, properties);
  const provider = providers.get(resource.Type);
  if (!provider) throw unknownType(place);
  const readSecret = async (SecretId: string): Promise<string> =>
    (await clients.secretsManager.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
  const effective = await resolveDynamicReferences(effectiveProperties(resource.Type, properties), readSecret);
  return provider.create(effective as Record<string, unknown>, request);
};

const outputsOf = ({ name, template }: AssemblyStack, scope: Scope): Pick<DeployedStack, 'outputs' | 'exports'> => {
  const outputs: Record<string, string> = {};
  const exports: Record<string, string> = {};
  for (const [key, { Value, Export, Condition }] of Object.entries(template.Outputs ?? {})) {
    if (Condition !== undefined && !scope.condition(Condition)) continue;
    try {
      outputs[key] = String(resolve(Value, scope));
      if (Export) exports[String(resolve(Export.Name, scope))] = outputs[key];
    } catch (error) {
      throw failedAt({ stack: name, logicalId: key, type: 'Output' }, error);
    }
  }
  return { outputs, exports };
};

/**
 * Deploys one stack: resources after those they need, independent ones at the same time.
 *
 * @throws DeploymentError naming stack, logical id and type
 */
export const deployStack = async (
  stack: AssemblyStack,
  { others, ...context }: DeploymentContext,
): Promise<DeployedStack> => {
  const { name, template } = stack;
  const { region, accountId } = context.world;
  const resources = new Map<string, Resource & { readonly type: string }>();
  const scope = createScope({ name, region, accountId }, template, resources, others);
  const included = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  );
  const names = new Set(included.map(([logicalId]) => logicalId));
  const byId = new Map(included);
  const customResourceFunctions = customResourceFunctionsIn(template.Resources);
  const dependencies = new Map(included.map(([id, resource]) => [id, dependenciesOf(resource, names)]));

  await runGraph(dependencies, RESOURCES_AT_ONCE, async (logicalId) => {
    const resource = byId.get(logicalId);
    if (!resource) return;
    const place = placeOf(name, logicalId, resource);
    const noEffect = customResourceFunctions.has(logicalId) ? customResourceFunction : noEffectTypes[resource.Type];
    try {
      const deployed = await deployResource(resource, noEffect, scope, { ...context, place });
      resources.set(logicalId, { ...deployed, type: resource.Type });
    } catch (error) {
      throw failedAt(place, error);
    }
  });
  return { name, resources, ...outputsOf(stack, scope) };
};
