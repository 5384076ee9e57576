import * as z from 'zod';

const Resource = z.strictObject({
  Type: z.string(),
  Properties: z.optional(z.record(z.string(), z.unknown())),
  DependsOn: z.optional(z.union([z.string(), z.array(z.string())])),
  Condition: z.optional(z.string()),
  // What happens when a resource goes or is replaced: a local run never removes one.
  DeletionPolicy: z.optional(z.string()),
  UpdateReplacePolicy: z.optional(z.string()),
  Metadata: z.optional(z.record(z.string(), z.unknown())),
});

const Parameter = z.looseObject({ Type: z.string(), Default: z.optional(z.unknown()) });

const Output = z.looseObject({
  Value: z.unknown(),
  Export: z.optional(z.strictObject({ Name: z.unknown() })),
  Condition: z.optional(z.string()),
});

/** A CloudFormation template. A section we do not know (a macro, say) could change the meaning of all others. */
export const Template = z.strictObject({
  AWSTemplateFormatVersion: z.optional(z.string()),
  Description: z.optional(z.string()),
  Metadata: z.optional(z.unknown()),
  Parameters: z.optional(z.record(z.string(), Parameter)),
  Mappings: z.optional(z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())))),
  Conditions: z.optional(z.record(z.string(), z.unknown())),
  // Rules check parameters before a deploy; ours have defaults only (CDK's checks the version of the bootstrap stack).
  Rules: z.optional(z.unknown()),
  Resources: z.record(z.string(), Resource),
  Outputs: z.optional(z.record(z.string(), Output)),
});

export type Template = z.infer<typeof Template>;
export type TemplateResource = z.infer<typeof Resource>;

/** `{ "Fn::Join": [...] }` or `{ "Ref": "X" }`: the function's name and argument; `undefined` for any other value. */
export const intrinsicIn = (value: unknown): readonly [name: string, argument: unknown] | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length !== 1 || !only) return undefined;
  const [name] = only;
  // A policy statement has a member "Condition" too; the function's argument is a name.
  const isCondition = name === 'Condition' && typeof only[1] === 'string';
  return name === 'Ref' || isCondition || name.startsWith('Fn::') ? only : undefined;
};

/** `Fn::GetAtt` takes a list or one dotted string. */
export const attributeOf = (argument: unknown): readonly [logicalId: string, attribute: string] | undefined => {
  const [logicalId, ...rest] =
    typeof argument === 'string' ? argument.split('.') : Array.isArray(argument) ? argument : [];
  return typeof logicalId === 'string' && rest.length > 0 ? [logicalId, rest.join('.')] : undefined;
};

/** `${Name}`, `${Name.Attribute}` or `${!Literal}` in a substituted string. */
export const PLACEHOLDER = /\$\{(!?)([^}]+)\}/g;
