import { fileURLToPath } from 'node:url';
import { cpSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type { MigrationEnv } from '../../lambdas/operations/config.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import type { Database } from './database.ts';
import type { Network } from './network.ts';

export interface MigrationProps {
  readonly name: string;
  readonly database: Database;
  readonly network: Network;
  /** IAM users of the functions, each with the role whose rights it gets. */
  readonly users: Readonly<Record<string, string>>;
  readonly logRetentionDays: number;
}

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Runs the expand migrations after the database is there and before any consumer: consumers are in later stacks. */
export class Migration extends Construct {
  constructor(scope: Construct, id: string, { name, database, network, users, logRetentionDays }: MigrationProps) {
    super(scope, id);
    const { function: handler } = new NodeFunction(this, 'MigrateDatabase', {
      name,
      handler: 'operations/migrate-database.handler.ts',
      description: 'Applies migrations and makes the functions’ database users',
      environment: {
        ...database.address,
        // Migrations go to the writer itself: a proxy admits IAM users only.
        DATABASE_HOST: database.cluster.clusterEndpoint.hostname,
        DATABASE_PORT: `${database.cluster.clusterEndpoint.port}`,
        DATABASE_SECRET_ARN: database.secret.secretArn,
        DATABASE_USERS: Object.entries(users)
          .map(([user, role]) => `${user}=${role}`)
          .join(','),
      } satisfies MigrationEnv,
      vpc: network.vpc,
      securityGroup: network.functions,
      memoryMb: 256,
      timeout: Duration.minutes(5),
      reservedConcurrency: 1,
      logRetentionDays,
      commandHooks: {
        beforeInstall: () => [],
        beforeBundling: () => [],
        // Not a shell command: it must work on every machine that synthesizes.
        afterBundling: (_, outputDir) => {
          cpSync(migrations, `${outputDir}/migrations`, { recursive: true });
          return [];
        },
      },
    });
    database.secret.grantRead(handler);
    const trigger = new Trigger(this, 'Trigger', { handler, timeout: Duration.minutes(5) });
    trigger.executeAfter(database.cluster);
  }
}
