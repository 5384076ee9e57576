import type { Resource } from '../resources/provider.ts';
import { resolve, type Scope } from './resolve.ts';
import type { Template } from './template.ts';

/** What other stacks offer, as far as they are deployed. */
export interface OtherStacks {
  readonly exports: ReadonlyMap<string, unknown>;
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

export interface StackIdentity {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
}

const found = <Value>(value: Value | undefined, missing: string): Value => {
  if (value === undefined) throw new Error(missing);
  return value;
};

const pseudoParameters = ({ name, region, accountId }: StackIdentity): Readonly<Record<string, unknown>> => ({
  'AWS::AccountId': accountId,
  'AWS::NotificationARNs': [],
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${accountId}:stack/${name}/local`,
  'AWS::StackName': name,
  'AWS::URLSuffix': 'amazonaws.com',
});

/** A parameter's default. The local run has no parameter store, and nobody to ask. */
const parameter = (template: Template, name: string): unknown => {
  const definition = template.Parameters?.[name];
  if (!definition) return undefined;
  if (definition.Type.startsWith('AWS::SSM::'))
    throw new Error(`the parameter ${name} is read from the SSM parameter store, which the local run has not`);
  return found(definition.Default, `the parameter ${name} has no default`);
};

/**
 * What names mean in one stack.
 *
 * @param resources - those deployed so far; read at the moment of each lookup
 */
export const createScope = (
  identity: StackIdentity,
  template: Template,
  resources: ReadonlyMap<string, Resource>,
  others: OtherStacks,
): Scope => {
  const pseudo = pseudoParameters(identity);
  const scope: Scope = {
    region: identity.region,
    ref: (name) =>
      found(
        pseudo[name] ?? resources.get(name)?.ref ?? parameter(template, name),
        `Ref ${name} names no resource that is deployed, and no parameter`,
      ),
    attribute: (logicalId, attribute) => {
      const type = template.Resources[logicalId]?.Type ?? 'unknown';
      const resource = found(resources.get(logicalId), `Fn::GetAtt ${logicalId} names no resource that is deployed`);
      return found(
        resource.attributes[attribute],
        `Fn::GetAtt ${logicalId}.${attribute}: the local run does not know this attribute of ${type}`,
      );
    },
    condition: (name) => resolve(found(template.Conditions?.[name], `there is no condition ${name}`), scope) === true,
    importValue: (name) => found(others.exports.get(name), `Fn::ImportValue ${name}: no deployed stack exports this`),
    stackOutput: (stack, output) =>
      found(
        others.outputs.get(stack)?.[output],
        `Fn::GetStackOutput ${stack}.${output}: no deployed stack has this output`,
      ),
    mapping: (map, key, second) =>
      found(template.Mappings?.[map]?.[key]?.[second], `Fn::FindInMap ${map}.${key}.${second}: there is no such entry`),
  };
  return scope;
};
