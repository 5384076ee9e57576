import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Stream, StreamEncryption } from 'aws-cdk-lib/aws-kinesis';
import type { Construct } from 'constructs';
import type { PlatformStackProps } from '../platform-stack-props.ts';
import { databaseUsers } from './database-users.ts';
import { Database } from './database.ts';
import { DeadLetters } from './dead-letters.ts';
import { Migration } from './migration.ts';
import { Network } from './network.ts';
import { SchemaRegistry } from './schema-registry.ts';
import { Tables } from './tables.ts';

/** Everything stateful, and what migrates it. Retained and protected where the environment says so. */
export class Foundation extends Stack {
  readonly network: Network;
  readonly database: Database;
  readonly tables: Tables;
  readonly deadLetters: DeadLetters;
  readonly registry: SchemaRegistry;
  /** One stream a source, by the source's name. */
  readonly streams: ReadonlyMap<string, Stream>;

  constructor(scope: Construct, id: string, { prefix, environment, ...props }: PlatformStackProps) {
    super(scope, id, { ...props, terminationProtection: environment.retainData });
    const { retainData, logDays: logRetentionDays, sources } = environment;
    this.network = new Network(this, 'Network', { logRetentionDays });
    this.database = new Database(this, 'Database', {
      name: prefix,
      settings: environment.database,
      retainData,
      network: this.network,
    });
    this.tables = new Tables(this, 'Tables', { prefix, retainData });
    this.deadLetters = new DeadLetters(this, 'DeadLetters', {
      prefix,
      retainData,
      keepDays: environment.deadLetterDays,
    });
    this.registry = new SchemaRegistry(this, 'SchemaRegistry', {
      name: prefix,
      subjects: Object.values(sources).flatMap(({ subjects }) => subjects),
    });
    this.streams = new Map(
      Object.entries(sources).map(([source, { shards, retentionHours }]) => [
        source,
        new Stream(this, `Stream-${source}`, {
          streamName: `${prefix}-${source}`,
          shardCount: shards,
          retentionPeriod: Duration.hours(retentionHours),
          encryption: StreamEncryption.MANAGED,
          removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
        }),
      ]),
    );
    new Migration(this, 'Migration', {
      name: `${prefix}-operations-migrate-database`,
      database: this.database,
      network: this.network,
      users: databaseUsers(Object.keys(sources)),
      logRetentionDays,
    });

    new CfnOutput(this, 'GiveUpsBucketName', { value: this.deadLetters.bucketName });
    new CfnOutput(this, 'ParkedQueueUrl', { value: this.deadLetters.parked.queueUrl });
    new CfnOutput(this, 'SchemaIds', { value: this.registry.schemaIds });
  }
}
