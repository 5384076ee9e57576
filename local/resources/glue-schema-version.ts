import { GetSchemaVersionCommand, RegisterSchemaVersionCommand, type SchemaId } from '@aws-sdk/client-glue';
import * as z from 'zod';
import { compatibilityFaults } from '../../schemas/compatibility.ts';
import { describeFault } from '../../schemas/fault.ts';
import type { Clients } from './clients.ts';
import { provider } from './provider.ts';

const Properties = z.strictObject({
  Schema: z.union([
    z.strictObject({ SchemaArn: z.string() }),
    z.strictObject({ SchemaName: z.string(), RegistryName: z.string() }),
  ]),
  SchemaDefinition: z.string(),
});

/** Glue tells that a version is refused and not why; we ask for those before it and look. */
const whyRefused = async (
  { glue }: Clients,
  schema: SchemaId,
  definition: string,
  number: number,
): Promise<string[]> => {
  const before = await Promise.all(
    Array.from({ length: number - 1 }, (_, index) =>
      glue.send(new GetSchemaVersionCommand({ SchemaId: schema, SchemaVersionNumber: { VersionNumber: index + 1 } })),
    ),
  );
  return before
    .filter(({ Status }) => Status === 'AVAILABLE')
    .flatMap(({ SchemaDefinition = 'null', VersionNumber }) =>
      compatibilityFaults(JSON.parse(definition), JSON.parse(SchemaDefinition)).map(
        (fault) => `it cannot read version ${VersionNumber}: ${describeFault(fault)}`,
      ),
    );
};

/**
 * Registering the same definition again gives the version it already is. A version that the registry refuses fails the
 * deploy, as with CloudFormation, which says no more than its first words here.
 */
export const glueSchemaVersion = provider(
  'AWS::Glue::SchemaVersion',
  Properties,
  async ({ Schema, SchemaDefinition }, { clients }) => {
    const { SchemaVersionId = '', VersionNumber = 0 } = await clients.glue.send(
      new RegisterSchemaVersionCommand({ SchemaId: Schema, SchemaDefinition }),
    );
    const { Status, SchemaArn = '' } = await clients.glue.send(new GetSchemaVersionCommand({ SchemaVersionId }));
    if (Status !== 'AVAILABLE') {
      const why = await whyRefused(clients, Schema, SchemaDefinition, VersionNumber);
      throw new Error(
        `Couldn't create AWS::Glue::SchemaVersion due to schema evolution failure: ${SchemaArn} version ${VersionNumber}: ${why.join('; ')}`,
      );
    }
    return { ref: SchemaVersionId, attributes: { VersionId: SchemaVersionId } };
  },
);
