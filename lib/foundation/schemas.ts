import { readdirSync, readFileSync } from 'node:fs';
import { ConfigurationError } from '../config/configuration-error.ts';

export interface SchemaDefinition {
  readonly subject: string;
  readonly version: number;
  /** Avro, as JSON without white space, so that formatting a file changes nothing. */
  readonly definition: string;
}

const schemasFolder = new URL('../../schemas/', import.meta.url);

const versionsIn = (subject: string, folder: URL): number[] => {
  try {
    return readdirSync(new URL(`${subject}/`, folder))
      .flatMap((file) => /^v([1-9]\d*)\.avsc$/.exec(file)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

/**
 * Every version of a subject, oldest first.
 * @param folder - with a folder for each subject
 * @throws ConfigurationError where there is none, or one is missing: Glue numbers versions as they come
 */
export const schemaVersions = (subject: string, folder = schemasFolder): readonly SchemaDefinition[] => {
  const versions = versionsIn(subject, folder);
  if (versions.length === 0)
    throw new ConfigurationError([`subject ${subject}: schemas/${subject}/v1.avsc does not exist`]);
  const gap = versions.find((version, index) => version !== index + 1);
  if (gap !== undefined)
    throw new ConfigurationError([`subject ${subject}: there is v${gap}.avsc, and no v${gap - 1}.avsc before it`]);
  return versions.map((version) => ({
    subject,
    version,
    definition: JSON.stringify(JSON.parse(readFileSync(new URL(`${subject}/v${version}.avsc`, folder), 'utf8'))),
  }));
};
