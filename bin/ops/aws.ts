import { readFileSync } from 'node:fs';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '../../lambdas/shared/aws/client-settings.ts';
import { MisconfiguredError } from '../../lambdas/shared/errors/platform-error.ts';
import { createHoldStore, type HoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { createDeadLetterStore, type DeadLetterStore } from '../../lambdas/shared/dead-letters/dead-letter-store.ts';

export interface OpsClients {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  readonly holds: HoldStore;
}

interface LocalPlatform {
  readonly pid: number;
  readonly region: string;
  readonly endpoints: Readonly<Record<string, string>>;
}

interface ClientSettings {
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly endpoint?: string;
}

/** Where `npm start` says how to reach what it runs. */
const localFile = new URL('../../.millrace/local.json', import.meta.url);

const noLocal = 'no local platform is running: start one with "npm start", or name another with --env';

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0); // asks only
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // of another user
  }
};

const readLocal = (): LocalPlatform => {
  let platform: LocalPlatform;
  try {
    platform = JSON.parse(readFileSync(localFile, 'utf8')) as LocalPlatform;
  } catch (error) {
    throw new Error(noLocal, { cause: error });
  }
  // A run that was killed could not take its file back.
  if (!isAlive(platform.pid)) throw new Error(`${noLocal} (the last one, process ${platform.pid}, was killed)`);
  return platform;
};

/** Settings of a client by the name of its endpoint. The same SDK for both: locally it is pointed at what `npm start` runs. */
const settingsFor = (env: string): ((name: string) => ClientSettings) => {
  if (env !== 'local') return () => ({});
  const { region, endpoints } = readLocal();
  const settings = { region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  return (name) => ({ ...settings, ...(endpoints[name] ? { endpoint: endpoints[name] } : {}) });
};

const controlsTable = (env: string): string => `millrace-${env}-controls`;

export const connectTo = (env: string): OpsClients => {
  const settings = settingsFor(env);
  return {
    lambda: new LambdaClient(settings('lambda')),
    cloudwatch: new CloudWatchClient(settings('monitoring')),
    holds: createHoldStore(new DynamoDBClient({ ...clientSettings, ...settings('dynamodb') }), controlsTable(env)),
  };
};

export interface DeadLetterPlace {
  readonly lambda: LambdaClient;
  readonly store: DeadLetterStore;
}

/**
 * Does something with the dead letters of an environment, and hangs up, so that the program ends at once.
 * @throws Error also where the environment has no such table
 */
export const withDeadLetters = async <T>(env: string, work: (place: DeadLetterPlace) => Promise<T>): Promise<T> => {
  const settings = settingsFor(env);
  const table = `millrace-${env}-dead-letters`;
  const lambda = new LambdaClient(settings('lambda'));
  const dynamodb = new DynamoDBClient(settings('dynamodb'));
  // Locally buckets are no host names.
  const s3 = new S3Client({ ...settings('s3'), forcePathStyle: env === 'local' });
  try {
    return await work({ lambda, store: createDeadLetterStore({ dynamodb, s3 }, table) });
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    throw new Error(`there is no table ${table} here: is the stack millrace-${env}-foundation deployed?`, {
      cause: error,
    });
  } finally {
    for (const client of [lambda, dynamodb, s3]) client.destroy();
  }
};

export interface HoldPlace {
  readonly lambda: LambdaClient;
  readonly holds: HoldStore;
}

/**
 * Does something with the holds of an environment, and hangs up, so that the program ends at once.
 * @throws Error also where the environment has no such table
 */
export const withHolds = async <T>(env: string, work: (place: HoldPlace) => Promise<T>): Promise<T> => {
  const settings = settingsFor(env);
  const lambda = new LambdaClient(settings('lambda'));
  const dynamodb = new DynamoDBClient({ ...clientSettings, ...settings('dynamodb') });
  try {
    return await work({ lambda, holds: createHoldStore(dynamodb, controlsTable(env)) });
  } catch (error) {
    if (!(error instanceof MisconfiguredError) || !(error.cause instanceof ResourceNotFoundException)) throw error;
    throw new Error(`there is no table ${controlsTable(env)} here: is the stack millrace-${env}-foundation deployed?`, {
      cause: error,
    });
  } finally {
    for (const client of [lambda, dynamodb]) client.destroy();
  }
};
