import { describe, expect, it, vi } from 'vitest';
import { functionEnvironment } from '../../../local/runtime/function-environment.ts';
import type { Endpoints, FunctionSpec } from '../../../local/world.ts';

const endpoints = Object.fromEntries(
  ['kinesis', 'dynamodb', 'sqs', 's3', 'glue', 'secretsmanager', 'scheduler', 'monitoring', 'lambda'].map((name) => [
    name,
    `http://127.0.0.1/${name}`,
  ]),
) as unknown as Endpoints;
const spec: FunctionSpec = {
  name: 'f',
  arn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
  codeDir: 'bundle',
  handler: 'index.handler',
  environment: { STREAM: 's', NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' },
  timeoutMs: 1_000,
  memoryMb: 256,
};
const environment = (): Record<string, string> =>
  functionEnvironment(spec, endpoints, { region: 'eu-west-1', caFile: 'our-ca.pem' });

describe('the environment of a function', () => {
  it('has the template’s variables and Lambda’s own', () => {
    expect(environment()).toMatchObject({
      STREAM: 's',
      AWS_REGION: 'eu-west-1',
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      LAMBDA_TASK_ROOT: 'bundle',
    });
  });

  it('trusts the authority of this run where the template names Lambda’s file', () => {
    expect(environment()['NODE_EXTRA_CA_CERTS']).toBe('our-ca.pem');
  });

  it('leads the SDK to every local service', () => {
    expect(environment()).toMatchObject({
      AWS_ENDPOINT_URL_KINESIS: endpoints.kinesis,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsmanager,
      AWS_ENDPOINT_URL_CLOUDWATCH: endpoints.monitoring,
    });
  });

  it('has nothing of the developer’s: no credentials, no settings, no home', () => {
    vi.stubEnv('AWS_PROFILE', 'production');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'a real one');
    vi.stubEnv('NODE_OPTIONS', '--inspect');
    const found = environment();
    vi.unstubAllEnvs();
    expect(found).toMatchObject({ AWS_ACCESS_KEY_ID: 'local', AWS_CONFIG_FILE: '/dev/null' });
    for (const name of ['AWS_PROFILE', 'NODE_OPTIONS', 'HOME']) expect(found).not.toHaveProperty(name);
  });
});
