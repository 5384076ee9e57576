import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

export interface MigrationAnswer {
  readonly version: number;
  readonly pending: readonly string[];
}

/** Asks the migration function, which alone reaches the database from outside the network. */
export const invokeMigration = async (
  lambda: LambdaClient,
  env: string,
  action: 'expand' | 'contract' | 'status',
): Promise<MigrationAnswer> => {
  const answer = await lambda.send(
    new InvokeCommand({
      FunctionName: `millrace-${env}-operations-migrate-database`,
      Payload: Buffer.from(JSON.stringify({ action })),
    }),
  );
  const payload = JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8') || 'null') as unknown;
  if (answer.FunctionError) {
    const message = (payload as { errorMessage?: string } | null)?.errorMessage ?? answer.FunctionError;
    throw new Error(`the migration function failed: ${message}`);
  }
  return payload as MigrationAnswer;
};
