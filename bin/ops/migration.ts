import type { LambdaClient } from '@aws-sdk/client-lambda';
import { invokeFunction } from './invoke.ts';

export interface MigrationAnswer {
  readonly version: number;
  readonly pending: readonly string[];
}

/** Asks the migration function, which alone reaches the database from outside the network. */
export const invokeMigration = async (
  lambda: LambdaClient,
  env: string,
  action: 'expand' | 'contract' | 'status',
  abortSignal?: AbortSignal,
): Promise<MigrationAnswer> =>
  (await invokeFunction(
    lambda,
    `millrace-${env}-operations-migrate-database`,
    'migration',
    { action },
    abortSignal,
  )) as MigrationAnswer;
