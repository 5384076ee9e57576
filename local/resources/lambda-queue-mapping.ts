import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { deterministicUuid } from '../deterministic-id.ts';
import { queueUrl } from '../queue-url.ts';
import type { FunctionSpec, QueueMapping } from '../world.ts';
import { flag, provider, wholeNumber, type ResourceRequest } from './provider.ts';

/** A standard queue: Lambda reads the other kind in order, group by group, and the local run does not. */
const STANDARD_QUEUE = /^arn:aws:sqs:[^:]+:\d{12}:[\w-]+$/;
/** From here on Lambda wants a batching window. */
const mostWithoutWindow = 10;

const Properties = z
  .strictObject({
    FunctionName: z.string(),
    EventSourceArn: z.string().regex(STANDARD_QUEUE, 'the local run polls standard queues only, no FIFO queue'),
    Enabled: z.optional(flag),
    BatchSize: z.optional(wholeNumber.min(1).max(10_000)),
    MaximumBatchingWindowInSeconds: z.optional(wholeNumber.min(0).max(300)),
    FunctionResponseTypes: z.optional(z.array(z.literal('ReportBatchItemFailures'))),
    ScalingConfig: z.optional(z.strictObject({ MaximumConcurrency: z.optional(wholeNumber.min(2).max(1_000)) })),
  })
  .refine(
    ({ BatchSize = 1, MaximumBatchingWindowInSeconds: window = 0 }) => BatchSize <= mostWithoutWindow || window >= 1,
    { path: ['BatchSize'], message: 'more than 10 needs a MaximumBatchingWindowInSeconds of 1 or more' },
  );

/** In our units; where the template says nothing, what Lambda does then. */
const toMapping = (
  uuid: string,
  functionArn: string,
  properties: z.infer<typeof Properties>,
  visibilityMs: number,
): QueueMapping => {
  const maxConcurrency = properties.ScalingConfig?.MaximumConcurrency;
  return {
    uuid,
    functionArn,
    queueArn: properties.EventSourceArn,
    enabled: properties.Enabled ?? true,
    batchSize: properties.BatchSize ?? 10,
    batchingWindowMs: (properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
    reportBatchItemFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    visibilityMs,
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
  };
};

/**
 * As Lambda does: a message that comes back while its function is still at it would be processed twice.
 *
 * @returns how long the queue hides what was received, milliseconds
 * @throws Error where that is shorter than the function's timeout
 */
const readVisibility = async (
  { clients, world }: ResourceRequest,
  queueArn: string,
  { timeoutMs }: FunctionSpec,
): Promise<number> => {
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queueUrl(world.endpoints.sqs, queueArn),
      AttributeNames: ['VisibilityTimeout'],
    }),
  );
  const visibility = Number(Attributes?.['VisibilityTimeout']);
  if (visibility * 1000 >= timeoutMs) return visibility * 1000;
  throw new Error(
    `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeoutMs / 1000} seconds`,
  );
};

export const lambdaQueueMapping = provider(
  'AWS::Lambda::EventSourceMapping',
  Properties,
  async (properties, request) => {
    const { world, place } = request;
    const spec = world.functions.get(properties.FunctionName);
    if (!spec) throw new Error(`FunctionName ${properties.FunctionName} names no function that was deployed`);
    const visibilityMs = await readVisibility(request, properties.EventSourceArn, spec);
    const uuid = deterministicUuid(place.stack, place.logicalId);
    world.queuePollers.add(toMapping(uuid, spec.arn, properties, visibilityMs));
    const arn = `arn:aws:lambda:${world.region}:${world.accountId}:event-source-mapping:${uuid}`;
    return { ref: uuid, attributes: { Id: uuid, EventSourceMappingArn: arn } };
  },
);
