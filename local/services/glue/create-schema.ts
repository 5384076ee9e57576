import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { AwsError } from '../aws-error.ts';
import { schemaArn } from './arns.ts';
import { mustBeSchema } from './compatibility.ts';
import { RegistryId, registryNameOf } from './schema-id.ts';
import type { SchemaStore } from './schema-store.ts';

const checked = ['BACKWARD', 'NONE'];

const Input = z.strictObject({
  RegistryId,
  SchemaName: z.string(),
  // The platform speaks Avro; another format would be accepted here and understood nowhere.
  DataFormat: z.literal('AVRO'),
  Compatibility: z.string(),
  SchemaDefinition: z.string().max(170_000),
});

export const createSchema = (store: SchemaStore): Action =>
  action('CreateSchema', Input, async (input) => {
    const registry = registryNameOf(input.RegistryId);
    if (!checked.includes(input.Compatibility)) {
      const message = `The local Glue checks ${checked.join(' and ')}; it has no check for ${input.Compatibility}.`;
      throw new AwsError('InvalidInputException', message);
    }
    mustBeSchema(input.SchemaDefinition);
    const details = {
      registry,
      name: input.SchemaName,
      dataFormat: input.DataFormat,
      compatibility: input.Compatibility,
    };
    const { versions } = await store.createSchema(details, input.SchemaDefinition);
    return {
      RegistryName: registry,
      SchemaName: input.SchemaName,
      SchemaArn: schemaArn(registry, input.SchemaName),
      DataFormat: input.DataFormat,
      Compatibility: input.Compatibility,
      LatestSchemaVersion: 1,
      SchemaStatus: 'AVAILABLE',
      SchemaVersionId: versions[0]?.id,
      SchemaVersionStatus: 'AVAILABLE',
    };
  });
