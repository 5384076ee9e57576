import * as z from 'zod';
import { provider } from './provider.ts';

const Properties = z.strictObject({ FunctionName: z.string() });

/** The local run keeps one version of each function, the current one. */
export const lambdaVersion = provider('AWS::Lambda::Version', Properties, async ({ FunctionName }, { world }) => {
  const spec = world.functions.get(FunctionName);
  if (!spec) throw new Error(`FunctionName ${FunctionName} names no function that was deployed`);
  const arn = `${spec.arn}:1`;
  return { ref: arn, attributes: { Version: '1', FunctionArn: arn } };
});
