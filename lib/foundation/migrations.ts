import { Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { InvocationType, Trigger } from 'aws-cdk-lib/triggers';
import { Construct } from 'constructs';
import type { MigrationEnv } from '../../lambdas/operations/config.ts';
import { operationsConcurrency } from '../config/check-environment.ts';
import type { EnvironmentName } from '../config/environment.ts';
import { databaseUsers, physicalName } from '../config/names.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import type { Database } from './database.ts';
import type { Network } from './network.ts';

export interface MigrationsProps {
  readonly environment: EnvironmentName;
  readonly database: Database;
  readonly network: Network;
  readonly logDays: RetentionDays;
  /** Each source's function gets a database user. */
  readonly sources: readonly string[];
}

const timeoutSeconds = 600;

/**
 * Brings the database to the version of the code, in the stack that every consumer depends on: expand migrations run
 * when the migrations or the users have changed, after the database and before any consumer.
 */
export class Migrations extends Construct {
  constructor(scope: Construct, id: string, { environment, database, network, logDays, sources }: MigrationsProps) {
    super(scope, id);
    const migrate = new NodeFunction(this, 'MigrateDatabase', {
      name: physicalName(environment, 'operations', 'migrate-database'),
      purpose: 'Applies migrations and makes the database users; expand at deploys, contract when asked',
      handler: 'lambdas/operations/migrate-database.handler.ts',
      folder: 'migrations',
      memoryMb: 512,
      timeoutSeconds,
      reservedConcurrency: operationsConcurrency.migrateDatabase,
      logDays,
      network,
      reaches: ['secrets-manager'],
      environment: {
        ...database.ownerAddress,
        DATABASE_SECRET_ARN: database.ownerSecret.secretArn,
        DATABASE_USERS: databaseUsers(sources),
      } satisfies MigrationEnv,
    });
    database.grantOwner(migrate.function);
    new Trigger(this, 'Expand', {
      handler: migrate.function,
      invocationType: InvocationType.REQUEST_RESPONSE,
      timeout: Duration.seconds(timeoutSeconds),
      // The cluster with its writer; the rules and endpoints that lead there from the function.
      executeAfter: [database, network, migrate],
    });
  }
}
