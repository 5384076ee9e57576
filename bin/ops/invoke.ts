import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/**
 * Calls a function of an environment and waits for its answer.
 * @param what - the function, in words: it opens the error
 * @throws Error with what the function threw; what the SDK throws where the function cannot be called
 */
export const invokeFunction = async (
  lambda: LambdaClient,
  name: string,
  what: string,
  input: unknown,
  abortSignal?: AbortSignal,
): Promise<unknown> => {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(input)) }),
    abortSignal ? { abortSignal } : {},
  );
  const payload = JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8') || 'null') as unknown;
  if (!answer.FunctionError) return payload;
  const message = (payload as { errorMessage?: string } | null)?.errorMessage ?? answer.FunctionError;
  throw new Error(`the ${what} function failed: ${message}`);
};
