import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';
import { clientSettings } from '../shared/aws/client-settings.ts';
import { MisconfiguredError } from '../shared/errors/platform-error.ts';
import type { MigrationConfig } from './config.ts';

/** Nothing comes again for a deploy, which would fail by one lost packet: three attempts, of the SDK's own. */
const forDeploys = { ...clientSettings, maxAttempts: 3 };

/** The owner's name and password, as RDS keeps them. */
const readOwner = async (secretArn: string): Promise<{ user: string; password: string }> => {
  const { SecretString = '{}' } = await new SecretsManagerClient(forDeploys).send(
    new GetSecretValueCommand({ SecretId: secretArn }),
  );
  const { username, password } = JSON.parse(SecretString) as { username?: unknown; password?: unknown };
  if (typeof username === 'string' && typeof password === 'string') return { user: username, password };
  throw new MisconfiguredError('secret', 'the database secret must hold username and password, as RDS writes it');
};

/** A connection as the owner of the database, for the length of one migration run. */
export const connectAsOwner = async (config: MigrationConfig): Promise<pg.Client> => {
  const client = new pg.Client({
    host: config.DATABASE_HOST,
    port: config.DATABASE_PORT,
    database: config.DATABASE_NAME,
    ...(await readOwner(config.DATABASE_SECRET_ARN)),
    ssl: { rejectUnauthorized: true },
    connectionTimeoutMillis: 20_000,
  });
  await client.connect();
  return client;
};
