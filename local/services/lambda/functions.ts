import type { FunctionHost, FunctionSpec, InvokeResult } from '../../world.ts';
import { AwsError, notFound } from '../aws-error.ts';
import type { ServiceResponse } from '../json-service.ts';

const findFunction = (functions: FunctionHost, nameOrArn: string): FunctionSpec => {
  const found = functions.get(nameOrArn);
  if (!found) throw notFound(`Function not found: ${nameOrArn}`);
  return found;
};

export const getConfiguration = (functions: FunctionHost, nameOrArn: string): unknown => {
  const spec = findFunction(functions, nameOrArn);
  return {
    FunctionName: spec.name,
    FunctionArn: spec.arn,
    Handler: spec.handler,
    MemorySize: spec.memoryMb,
    Timeout: spec.timeoutMs / 1000,
    Environment: { Variables: spec.environment },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Version: '$LATEST',
  };
};

const responseTo = (result: InvokeResult): ServiceResponse => {
  if ('throttled' in result) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
  const headers = { 'x-amz-executed-version': '$LATEST' };
  if ('payload' in result) return { status: 200, headers, body: result.payload ?? null };
  return {
    status: 200,
    headers: { ...headers, 'x-amz-function-error': result.error },
    body: { errorType: result.kind, errorMessage: result.message },
  };
};

/** @param invocationType - the `X-Amz-Invocation-Type` header */
export const invoke = async (
  functions: FunctionHost,
  nameOrArn: string,
  invocationType: string,
  payload: unknown,
): Promise<ServiceResponse> => {
  const spec = findFunction(functions, nameOrArn);
  if (invocationType !== 'RequestResponse')
    throw new AwsError('InvalidParameterValueException', `The local Lambda does not invoke as "${invocationType}".`);
  return responseTo(await functions.invoke(spec.arn, payload ?? {}));
};
