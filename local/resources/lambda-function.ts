import * as z from 'zod';
import type { FunctionSpec } from '../world.ts';
import { physicalName, provider, wholeNumber } from './provider.ts';

const RUNTIME = `nodejs${process.versions.node.split('.')[0]}.x`;

const Properties = z.strictObject({
  FunctionName: z.optional(z.string()),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.literal('index.handler'),
  Runtime: z.literal(RUNTIME, `the local run has ${RUNTIME} only: start it with the Node of the template's Runtime`),
  Environment: z.optional(z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) })),
  Timeout: z.optional(wholeNumber),
  MemorySize: z.optional(wholeNumber),
  ReservedConcurrentExecutions: z.optional(wholeNumber),
});

const codeDir = (assets: ReadonlyMap<string, string>, key: string): string => {
  const dir = assets.get(key);
  if (dir !== undefined) return dir;
  throw new Error(`Code.S3Key ${key} is no asset of the assembly. Synthesize again.`);
};

/** Lambda's own defaults stand in for what the template leaves out. */
export const lambdaFunction = provider('AWS::Lambda::Function', Properties, async (properties, request) => {
  const { world, place, assets } = request;
  const name = properties.FunctionName ?? physicalName(place);
  const spec: FunctionSpec = {
    name,
    arn: `arn:aws:lambda:${world.region}:${world.accountId}:function:${name}`,
    codeDir: codeDir(assets, properties.Code.S3Key),
    handler: properties.Handler,
    environment: properties.Environment?.Variables ?? {},
    timeoutMs: (properties.Timeout ?? 3) * 1000,
    memoryMb: properties.MemorySize ?? 128,
    ...(properties.ReservedConcurrentExecutions === undefined
      ? {}
      : { reservedConcurrency: properties.ReservedConcurrentExecutions }),
  };
  world.functions.define(spec);
  return { ref: name, attributes: { Arn: spec.arn } };
});
