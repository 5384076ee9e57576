import { readFileSync } from 'node:fs';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';

export interface OpsClients {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
}

interface LocalPlatform {
  readonly region: string;
  readonly endpoints: Readonly<Record<string, string>>;
}

/** Where `npm start` says how to reach what it runs. */
const localFile = new URL('../../.millrace/local.json', import.meta.url);

const readLocal = (): LocalPlatform => {
  try {
    return JSON.parse(readFileSync(localFile, 'utf8')) as LocalPlatform;
  } catch (error) {
    throw new Error('no local platform is running: start one with "npm start", or name another with --env', {
      cause: error,
    });
  }
};

/** The same SDK for both: locally it is pointed at the services that `npm start` runs. */
export const connectTo = (env: string): OpsClients => {
  if (env !== 'local') return { lambda: new LambdaClient({}), cloudwatch: new CloudWatchClient({}) };
  const { region, endpoints } = readLocal();
  const settings = { region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const endpoint = (name: string): { endpoint?: string } => (endpoints[name] ? { endpoint: endpoints[name] } : {});
  return {
    lambda: new LambdaClient({ ...settings, ...endpoint('lambda') }),
    cloudwatch: new CloudWatchClient({ ...settings, ...endpoint('monitoring') }),
  };
};
