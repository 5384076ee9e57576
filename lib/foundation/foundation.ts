import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Stream } from 'aws-cdk-lib/aws-kinesis';
import type { Construct } from 'constructs';
import type { Environment } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import { AlarmRouter } from '../constructs/alarm-router.ts';
import { Database } from './database.ts';
import { DeadLetters } from './dead-letters.ts';
import { Migrations } from './migrations.ts';
import { Network } from './network.ts';
import { SchemaRegistry } from './schema-registry.ts';
import { Streams } from './streams.ts';
import { Tables } from './tables.ts';
import { Wake } from './wake.ts';

/** Everything that keeps something. Capabilities get parts of it as props; it knows none of them. */
export class Foundation extends Stack {
  readonly network: Network;
  readonly database: Database;
  readonly tables: Tables;
  readonly streams: ReadonlyMap<string, Stream>;
  readonly schemas: SchemaRegistry;
  readonly deadLetters: DeadLetters;
  readonly wake: Wake;
  readonly alarms: AlarmRouter;

  constructor(scope: Construct, environment: Environment) {
    const { name, retainData, logDays, sources } = environment;
    const stackName = physicalName(name, 'foundation');
    super(scope, stackName, {
      stackName,
      description: 'Millrace: everything that keeps something',
      terminationProtection: retainData,
    });
    this.network = new Network(this, 'Network', { logDays, natGateways: environment.natGateways });
    this.database = new Database(this, 'Database', {
      ...environment.database,
      name: physicalName(name, 'database'),
      network: this.network,
      retainData,
      logDays,
    });
    this.tables = new Tables(this, 'Tables', { environment: name, retainData });
    this.streams = new Streams(this, 'Streams', { environment: name, sources, retainData }).bySource;
    this.schemas = new SchemaRegistry(this, 'Schemas', {
      name: physicalName(name),
      subjects: Object.values(sources).flatMap(({ subjects }) => subjects),
      retainData,
    });
    this.deadLetters = new DeadLetters(this, 'DeadLetters', {
      environment: name,
      retainData,
      days: environment.deadLetterDays,
    });
    this.wake = new Wake(this, 'Wake', {
      environment: name,
      retainData,
      relayTimeoutSeconds: environment.delivery.relayTimeoutSeconds,
    });
    this.alarms = new AlarmRouter(this, 'Alarms', {
      name: physicalName(name, 'alarms'),
      recipients: environment.alarmRecipients,
    });
    new Migrations(this, 'Migrations', {
      environment: name,
      database: this.database,
      network: this.network,
      logDays,
      sources: Object.keys(sources),
    });
    // What programs outside the stacks need and cannot know by name.
    new CfnOutput(this, 'GiveUpsBucketName', { value: this.deadLetters.giveUpsName });
    new CfnOutput(this, 'DeadLetterTableName', { value: this.tables.deadLetters.tableName });
    new CfnOutput(this, 'SchemaIds', { value: this.schemas.schemaIds });
  }
}
