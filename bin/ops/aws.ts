import { readFileSync } from 'node:fs';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';

export interface OpsClients {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
}

interface LocalPlatform {
  readonly pid: number;
  readonly region: string;
  readonly endpoints: Readonly<Record<string, string>>;
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
