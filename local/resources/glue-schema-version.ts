import { RegisterSchemaVersionCommand } from '@aws-sdk/client-glue';
import * as z from 'zod';
import { provider } from './provider.ts';

const Properties = z.strictObject({
  Schema: z.union([
    z.strictObject({ SchemaArn: z.string() }),
    z.strictObject({ SchemaName: z.string(), RegistryName: z.string() }),
  ]),
  SchemaDefinition: z.string(),
});

/** Registering the same definition again gives the version it already is. */
export const glueSchemaVersion = provider('AWS::Glue::SchemaVersion', Properties, async (properties, { clients }) => {
  const { SchemaVersionId = '' } = await clients.glue.send(
    new RegisterSchemaVersionCommand({ SchemaId: properties.Schema, SchemaDefinition: properties.SchemaDefinition }),
  );
  return { ref: SchemaVersionId, attributes: { VersionId: SchemaVersionId } };
});
