import { join } from 'node:path';
import * as z from 'zod';
import { deterministicUuid } from '../../deterministic-id.ts';
import { AwsError } from '../aws-error.ts';
import { jsonFile } from '../json-file.ts';

/** Glue keeps a version that it refuses, with its number; nobody can use it. */
const Status = z.enum(['AVAILABLE', 'FAILURE']);
const Version = z.object({
  id: z.uuid(),
  number: z.int(),
  definition: z.string(),
  status: Status.default('AVAILABLE'),
});
const Schema = z.object({
  registry: z.string(),
  name: z.string(),
  dataFormat: z.string(),
  compatibility: z.string(),
  versions: z.array(Version),
});
const Content = z.object({ registries: z.array(z.string()), schemas: z.array(Schema) });

export type SchemaVersion = z.infer<typeof Version>;
export type Schema = z.infer<typeof Schema>;
export type VersionStatus = z.infer<typeof Status>;
export type SchemaDetails = Omit<Schema, 'versions'>;

export interface SchemaStore {
  createRegistry(name: string): Promise<void>;
  createSchema(details: SchemaDetails, definition: string): Promise<Schema>;
  /** The same definition gives the version it already is. */
  register(registry: string, name: string, definition: string, status: VersionStatus): Promise<SchemaVersion>;
  find(registry: string, name: string): Schema;
  findVersion(id: string): { schema: Schema; version: SchemaVersion };
}

/** Two spellings of the same JSON are one definition: Glue compares the canonical form too. */
const canonical = (definition: string): string => JSON.stringify(JSON.parse(definition));

/**
 * A version's id, from what it is: the same in every run and on every machine, so that records in a kept data folder
 * still find their schema.
 */
const schemaVersionId = (registry: string, name: string, definition: string): string =>
  deterministicUuid(registry, name, canonical(definition));

/** Keeps every version ever registered in `<dataDir>/glue.json`: as in AWS, one is never edited. */
export const openSchemaStore = async (dataDir: string): Promise<SchemaStore> => {
  const file = jsonFile(join(dataDir, 'glue.json'), { registries: [], schemas: [] }, (raw) => Content.parse(raw));
  const { registries, schemas } = await file.read();
  const save = (): Promise<void> => file.write({ registries, schemas });

  const find = (registry: string, name: string): Schema => {
    const found = schemas.find((schema) => schema.registry === registry && schema.name === name);
    if (found) return found;
    throw new AwsError('EntityNotFoundException', `There is no schema "${name}" in the registry "${registry}".`);
  };

  const register: SchemaStore['register'] = async (registry, name, definition, status) => {
    const schema = find(registry, name);
    const id = schemaVersionId(registry, name, definition);
    const known = schema.versions.find((version) => version.id === id);
    if (known) return known;
    const version = { id, number: schema.versions.length + 1, definition, status };
    schema.versions.push(version);
    await save();
    return version;
  };

  return {
    register,
    find,
    async createRegistry(name) {
      if (registries.includes(name)) throw new AwsError('AlreadyExistsException', `The registry "${name}" exists.`);
      registries.push(name);
      await save();
    },
    async createSchema(details, definition) {
      const { registry, name } = details;
      if (!registries.includes(registry)) throw new AwsError('EntityNotFoundException', `No registry "${registry}".`);
      if (schemas.some((schema) => schema.registry === registry && schema.name === name))
        throw new AwsError('AlreadyExistsException', `The schema "${name}" exists in the registry "${registry}".`);
      const schema: Schema = { ...details, versions: [] };
      schemas.push(schema);
      await register(registry, name, definition, 'AVAILABLE');
      return schema;
    },
    findVersion(id) {
      for (const schema of schemas) {
        const version = schema.versions.find((candidate) => candidate.id === id.toLowerCase());
        if (version) return { schema, version };
      }
      throw new AwsError('EntityNotFoundException', `Schema version "${id}" is not found.`);
    },
  };
};
