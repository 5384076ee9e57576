import { readDefinition, schemasFolder, versionNumbers } from '../../schemas/released.ts';
import { ConfigurationError } from '../config/configuration-error.ts';

export interface SchemaDefinition {
  readonly subject: string;
  readonly version: number;
  /** Avro, as JSON without white space, so that formatting a file changes nothing. */
  readonly definition: string;
}

/**
 * Every version of a subject, oldest first.
 * @param folder - with a folder for each subject
 * @throws ConfigurationError where there is none, or one is missing: Glue numbers versions as they come
 */
export const schemaVersions = (subject: string, folder = schemasFolder): readonly SchemaDefinition[] => {
  const versions = versionNumbers(subject, folder);
  if (versions.length === 0)
    throw new ConfigurationError([`subject ${subject}: schemas/${subject}/v1.avsc does not exist`]);
  const gap = versions.find((version, index) => version !== index + 1);
  if (gap !== undefined)
    throw new ConfigurationError([`subject ${subject}: there is v${gap}.avsc, and no v${gap - 1}.avsc before it`]);
  return versions.map((version) => ({
    subject,
    version,
    definition: JSON.stringify(readDefinition(subject, version, folder)),
  }));
};
