import { CfnDeletionPolicy, RemovalPolicy } from 'aws-cdk-lib';
import { CfnRegistry, CfnSchema, CfnSchemaVersion } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { checkVersions } from '../../schemas/check-versions.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { type SchemaDefinition, schemaVersions } from './schemas.ts';

export interface SchemaRegistryProps {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly retainData: boolean;
  /** @default the files under `schemas/` */
  readonly versionsOf?: (subject: string) => readonly SchemaDefinition[];
}

/** @throws ConfigurationError naming the fields: Glue would refuse the version in the middle of a deploy, and name none */
const mustBeReadable = (subjects: readonly (readonly SchemaDefinition[])[]): void => {
  const faults = subjects.flatMap((versions) => {
    const parsed = versions.map(({ version, definition }) => ({
      version,
      definition: JSON.parse(definition) as unknown,
    }));
    return checkVersions(versions[0]?.subject ?? '', parsed).faults;
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
};

/**
 * The Glue schema registry: one resource per version, because a version that is replaced is deleted for good, with
 * records in flight that name it. So none is ever edited; a new one is added.
 */
export class SchemaRegistry extends Construct {
  readonly registryName: string;
  /** `subject:version=uuid,…`, the ids being Glue's: known at deploy. */
  readonly schemaIds: string;

  constructor(
    scope: Construct,
    id: string,
    { name, subjects, retainData, versionsOf = schemaVersions }: SchemaRegistryProps,
  ) {
    super(scope, id);
    const registry = new CfnRegistry(this, 'Registry', { name });
    registry.applyRemovalPolicy(retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
    this.registryName = name;
    const versions = subjects.map((subject) => versionsOf(subject));
    mustBeReadable(versions);
    this.schemaIds = versions.flatMap((each) => this.#register(registry, each, retainData)).join(',');
  }

  #register(registry: CfnRegistry, versions: readonly SchemaDefinition[], retainData: boolean): readonly string[] {
    const [first, ...later] = versions as readonly [SchemaDefinition, ...SchemaDefinition[]];
    const schema = new CfnSchema(this, `${first.subject}-v1`, {
      name: first.subject,
      registry: { arn: registry.attrArn },
      dataFormat: 'AVRO',
      // New readers read what is under way. Glue looks one step back; all of them were looked at above.
      compatibility: 'BACKWARD',
      schemaDefinition: first.definition,
    });
    // The first version goes only with its schema, and takes all the others along.
    schema.applyRemovalPolicy(retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY, {
      applyToUpdateReplacePolicy: false,
    });
    schema.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;

    let previous: CfnSchema | CfnSchemaVersion = schema;
    const ids = later.map(({ subject, version, definition }) => {
      const resource = new CfnSchemaVersion(this, `${subject}-v${version}`, {
        schema: { schemaArn: schema.attrArn },
        schemaDefinition: definition,
      });
      resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
      resource.addResourceDependency(previous); // Glue numbers them as they come
      previous = resource;
      return `${subject}:${version}=${resource.attrVersionId}`;
    });
    return [`${first.subject}:1=${schema.attrInitialSchemaVersionId}`, ...ids];
  }
}
