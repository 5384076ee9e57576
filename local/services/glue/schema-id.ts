import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import { registryOf, schemaOf } from './arns.ts';

/** A schema by its ARN, or by registry and name. */
export const SchemaId = z.strictObject({
  SchemaArn: z.optional(z.string()),
  SchemaName: z.optional(z.string()),
  RegistryName: z.optional(z.string()),
});

/** A registry by its ARN or by its name. */
export const RegistryId = z.strictObject({
  RegistryArn: z.optional(z.string()),
  RegistryName: z.optional(z.string()),
});

export const namesOf = (id: z.infer<typeof SchemaId>): { readonly registry: string; readonly name: string } => {
  if (id.SchemaArn !== undefined) return schemaOf(id.SchemaArn);
  if (id.SchemaName !== undefined && id.RegistryName !== undefined)
    return { registry: id.RegistryName, name: id.SchemaName };
  throw new AwsError('InvalidInputException', 'A schema is named by SchemaArn, or by RegistryName and SchemaName.');
};

export const registryNameOf = (id: z.infer<typeof RegistryId>): string => {
  if (id.RegistryArn !== undefined) return registryOf(id.RegistryArn);
  if (id.RegistryName !== undefined) return id.RegistryName;
  throw new AwsError('InvalidInputException', 'A registry is named by RegistryArn or by RegistryName.');
};
