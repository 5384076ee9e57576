import * as z from 'zod';
import { action, type Action } from '../action-router.ts';
import { AwsError } from '../aws-error.ts';
import { schemaArn } from './arns.ts';
import { namesOf, SchemaId } from './schema-id.ts';
import type { Schema, SchemaStore, SchemaVersion } from './schema-store.ts';

const Input = z.strictObject({
  SchemaVersionId: z.optional(z.string()),
  SchemaId: z.optional(SchemaId),
  SchemaVersionNumber: z.optional(
    z.strictObject({ LatestVersion: z.optional(z.boolean()), VersionNumber: z.optional(z.int()) }),
  ),
});

const find = (store: SchemaStore, input: z.infer<typeof Input>): { schema: Schema; version: SchemaVersion } => {
  if (input.SchemaVersionId !== undefined) return store.findVersion(input.SchemaVersionId);
  if (!input.SchemaId)
    throw new AwsError('InvalidInputException', 'Give SchemaVersionId, or SchemaId with SchemaVersionNumber.');
  const { registry, name } = namesOf(input.SchemaId);
  const schema = store.find(registry, name);
  const number = input.SchemaVersionNumber?.VersionNumber;
  const version =
    number === undefined
      ? schema.versions.findLast(({ status }) => status === 'AVAILABLE')
      : schema.versions.find((candidate) => candidate.number === number);
  if (version) return { schema, version };
  throw new AwsError('EntityNotFoundException', `The schema "${name}" has no version ${number ?? 'that can be used'}.`);
};

export const getSchemaVersion = (store: SchemaStore): Action =>
  action('GetSchemaVersion', Input, (input) => {
    const { schema, version } = find(store, input);
    return {
      SchemaVersionId: version.id,
      SchemaDefinition: version.definition,
      DataFormat: schema.dataFormat,
      SchemaArn: schemaArn(schema.registry, schema.name),
      VersionNumber: version.number,
      Status: version.status,
    };
  });
