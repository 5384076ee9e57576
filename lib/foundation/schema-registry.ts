import { readdirSync, readFileSync } from 'node:fs';
import { Fn, RemovalPolicy } from 'aws-cdk-lib';
import { CfnRegistry, CfnSchema, CfnSchemaVersion } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';

export interface SchemaRegistryProps {
  readonly name: string;
  readonly subjects: readonly string[];
}

const folder = new URL('../../schemas/', import.meta.url);

/** Versions of a subject, in order; the files are `schemas/<subject>/vN.avsc`. @throws Error where there is none */
export const readVersions = (subject: string): { readonly version: number; readonly definition: string }[] => {
  let files: string[];
  try {
    files = readdirSync(new URL(`${subject}/`, folder));
  } catch (error) {
    throw new Error(`subject ${subject}: there is no folder schemas/${subject}`, { cause: error });
  }
  const versions = files
    .flatMap((file) => {
      const [, version] = /^v([1-9]\d*)\.avsc$/.exec(file) ?? [];
      return version === undefined ? [] : [{ version: Number(version), file }];
    })
    .sort((a, b) => a.version - b.version);
  if (versions.some(({ version }, index) => version !== index + 1) || versions.length === 0) {
    throw new Error(`schemas/${subject}: versions must be v1.avsc, v2.avsc, … without a gap`);
  }
  return versions.map(({ version, file }) => ({
    version,
    // Without white space: Glue takes 170,000 characters, and a reformatted file is the same schema.
    definition: JSON.stringify(JSON.parse(readFileSync(new URL(`${subject}/${file}`, folder), 'utf8'))),
  }));
};

const pascal = (subject: string): string =>
  subject.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Glue registry with one resource per schema version. A version is never edited: CloudFormation would replace it, and so
 * delete one that records in flight still name. All of it is retained when the stack goes.
 */
export class SchemaRegistry extends Construct {
  readonly registryName: string;
  /** `subject:version=uuid,…` as functions and producers read it; the ids are Glue's, assigned at deploy. */
  readonly schemaIds: string;

  constructor(scope: Construct, id: string, { name, subjects }: SchemaRegistryProps) {
    super(scope, id);
    this.registryName = name;
    const registry = new CfnRegistry(this, 'Registry', { name });
    registry.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const ids = subjects.flatMap((subject) => {
      const [first, ...later] = readVersions(subject);
      const schema = new CfnSchema(this, pascal(subject), {
        name: subject,
        registry: { arn: registry.attrArn },
        dataFormat: 'AVRO',
        compatibility: 'BACKWARD',
        schemaDefinition: first?.definition ?? '',
      });
      schema.applyRemovalPolicy(RemovalPolicy.RETAIN);
      let previous: CfnSchema | CfnSchemaVersion = schema;
      const rest = later.map(({ version, definition }) => {
        const resource = new CfnSchemaVersion(this, `${pascal(subject)}V${version}`, {
          schema: { schemaArn: schema.attrArn },
          schemaDefinition: definition,
        });
        resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
        resource.addDependency(previous); // versions are numbered in the order they are registered
        previous = resource;
        return `${subject}:${version}=${resource.attrVersionId}`;
      });
      return [`${subject}:1=${schema.attrInitialSchemaVersionId}`, ...rest];
    });
    this.schemaIds = Fn.join(',', ids);
  }
}
