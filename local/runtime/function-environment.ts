import { devNull } from 'node:os';
import type { Endpoints, FunctionSpec } from '../world.ts';

/** AWS's own name of each endpoint variable: `AWS_ENDPOINT_URL_<SERVICE>`, where the SDK looks for it. */
const endpointVariables: Readonly<Record<keyof Endpoints, string>> = {
  kinesis: 'AWS_ENDPOINT_URL_KINESIS',
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  s3: 'AWS_ENDPOINT_URL_S3',
  glue: 'AWS_ENDPOINT_URL_GLUE',
  secretsmanager: 'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  scheduler: 'AWS_ENDPOINT_URL_SCHEDULER',
  monitoring: 'AWS_ENDPOINT_URL_CLOUDWATCH',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
};

/** Where the certificates of Amazon's authorities are in Lambda; our own authority takes their place. */
const lambdaCaFile = '/var/runtime/ca-cert.pem';

/**
 * What a function finds in its environment: the template's variables, Lambda's own, and where the local services are.
 * Nothing of the developer's: neither credentials nor settings.
 */
export const functionEnvironment = (
  { name, memoryMb, codeDir, environment }: FunctionSpec,
  endpoints: Endpoints,
  { region, caFile }: { readonly region: string; readonly caFile: string },
): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  TZ: ':UTC',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  // The SDK would read these from the developer's home otherwise.
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
  AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
  LAMBDA_TASK_ROOT: codeDir,
  ...Object.fromEntries(
    Object.entries(endpointVariables).map(([key, variable]) => [variable, endpoints[key as keyof Endpoints]]),
  ),
  ...Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [key, value === lambdaCaFile ? caFile : value]),
  ),
});
