import { AwsError } from '../aws-error.ts';

const PREFIX = 'arn:aws:glue:eu-west-1:000000000000';

export const registryArn = (registry: string): string => `${PREFIX}:registry/${registry}`;
export const schemaArn = (registry: string, name: string): string => `${PREFIX}:schema/${registry}/${name}`;

/** The registry's name, from its ARN. */
export const registryOf = (arn: string): string => {
  const name = /:registry\/([^/]+)$/.exec(arn)?.[1];
  if (name === undefined) throw new AwsError('InvalidInputException', `"${arn}" is no ARN of a schema registry.`);
  return name;
};

/** Registry and schema name, from a schema's ARN. */
export const schemaOf = (arn: string): { readonly registry: string; readonly name: string } => {
  const [, registry, name] = /:schema\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  if (registry === undefined || name === undefined)
    throw new AwsError('InvalidInputException', `"${arn}" is no ARN of a schema.`);
  return { registry, name };
};
