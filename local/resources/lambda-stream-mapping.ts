import * as z from 'zod';
import { deterministicUuid } from '../deterministic-id.ts';
import type { KinesisMapping } from '../world.ts';
import { flag, provider, wholeNumber } from './provider.ts';

const FOREVER = -1;

const Properties = z.strictObject({
  FunctionName: z.string(),
  EventSourceArn: z.string().regex(/^arn:aws:kinesis:/, 'the local run polls Kinesis streams and SQS queues only'),
  Enabled: z.optional(flag),
  BatchSize: z.optional(wholeNumber.min(1).max(10_000)),
  MaximumBatchingWindowInSeconds: z.optional(wholeNumber.min(0).max(300)),
  BisectBatchOnFunctionError: z.optional(flag),
  MaximumRetryAttempts: z.optional(wholeNumber.min(FOREVER).max(10_000)),
  MaximumRecordAgeInSeconds: z.optional(
    wholeNumber
      .min(FOREVER)
      .max(604_800)
      .refine((age) => age === FOREVER || age >= 60, { message: 'Lambda takes -1, or from 60 to 604800 seconds' }),
  ),
  ParallelizationFactor: z.optional(wholeNumber.min(1).max(10)),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  FunctionResponseTypes: z.optional(z.array(z.literal('ReportBatchItemFailures'))),
  DestinationConfig: z.optional(
    z.strictObject({
      OnFailure: z.strictObject({
        Destination: z.string().regex(/^arn:aws:s3:/, 'the local run gives up to S3 buckets only'),
      }),
    }),
  ),
});

/** In our units; where the template says nothing, what Lambda does then. */
const toMapping = (uuid: string, functionArn: string, properties: z.infer<typeof Properties>): KinesisMapping => {
  const age = properties.MaximumRecordAgeInSeconds ?? FOREVER;
  const onFailureArn = properties.DestinationConfig?.OnFailure.Destination;
  return {
    uuid,
    functionArn,
    streamArn: properties.EventSourceArn,
    enabled: properties.Enabled ?? true,
    batchSize: properties.BatchSize ?? 100,
    batchingWindowMs: (properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
    bisect: properties.BisectBatchOnFunctionError ?? false,
    maxAttempts: properties.MaximumRetryAttempts ?? FOREVER,
    maxAgeMs: age === FOREVER ? FOREVER : age * 1000,
    parallelization: properties.ParallelizationFactor ?? 1,
    startingPosition: properties.StartingPosition,
    reportBatchItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    ...(onFailureArn === undefined ? {} : { onFailureArn }),
  };
};

export const lambdaStreamMapping = provider(
  'AWS::Lambda::EventSourceMapping',
  Properties,
  async (properties, { world, place }) => {
    const spec = world.functions.get(properties.FunctionName);
    if (!spec) throw new Error(`FunctionName ${properties.FunctionName} names no function that was deployed`);
    // The same in every run over a data folder: checkpoints and the keys of give-ups are filed under it.
    const uuid = deterministicUuid(place.stack, place.logicalId);
    world.pollers.add(toMapping(uuid, spec.arn, properties));
    const arn = `arn:aws:lambda:${world.region}:${world.accountId}:event-source-mapping:${uuid}`;
    return { ref: uuid, attributes: { Id: uuid, EventSourceMappingArn: arn } };
  },
);
