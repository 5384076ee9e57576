import {
  AlreadyExistsException,
  CreateSchemaCommand,
  GetSchemaVersionCommand,
  type RegistryId,
} from '@aws-sdk/client-glue';
import * as z from 'zod';
import type { Clients } from './clients.ts';
import { provider } from './provider.ts';

const Properties = z.strictObject({
  Name: z.string(),
  DataFormat: z.literal('AVRO'),
  Compatibility: z.enum(['NONE', 'DISABLED', 'BACKWARD', 'BACKWARD_ALL', 'FORWARD', 'FORWARD_ALL', 'FULL', 'FULL_ALL']),
  SchemaDefinition: z.string(),
  Registry: z.union([z.strictObject({ Arn: z.string() }), z.strictObject({ Name: z.string() })]),
});
type Properties = z.infer<typeof Properties>;

const registryName = (registry: Properties['Registry']): string =>
  'Name' in registry ? registry.Name : registry.Arn.slice(registry.Arn.lastIndexOf('/') + 1);

const create = async ({ glue }: Clients, properties: Properties, RegistryId: RegistryId): Promise<void> => {
  const { Name, DataFormat, Compatibility, SchemaDefinition } = properties;
  try {
    await glue.send(
      new CreateSchemaCommand({ SchemaName: Name, RegistryId, DataFormat, Compatibility, SchemaDefinition }),
    );
  } catch (error) {
    if (!(error instanceof AlreadyExistsException)) throw error;
  }
};

const sameJson = (left: string, right: string): boolean =>
  JSON.stringify(JSON.parse(left)) === JSON.stringify(JSON.parse(right));

export const glueSchema = provider('AWS::Glue::Schema', Properties, async (properties, { clients, world }) => {
  const registry = registryName(properties.Registry);
  await create(clients, properties, { RegistryName: registry });
  const first = await clients.glue.send(
    new GetSchemaVersionCommand({
      SchemaId: { RegistryName: registry, SchemaName: properties.Name },
      SchemaVersionNumber: { VersionNumber: 1 },
    }),
  );
  if (!sameJson(first.SchemaDefinition ?? '{}', properties.SchemaDefinition)) {
    throw new Error(
      `the definition of ${properties.Name}'s first version is not the one in the kept data folder. A version that was ` +
        'ever deployed is never edited: add another version, or start with another data folder.',
    );
  }
  const arn = `arn:aws:glue:${world.region}:${world.accountId}:schema/${registry}/${properties.Name}`;
  return { ref: arn, attributes: { Arn: arn, InitialSchemaVersionId: first.SchemaVersionId ?? '' } };
});
