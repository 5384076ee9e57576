import { BucketAlreadyExists, BucketAlreadyOwnedByYou, CreateBucketCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { deterministicUuid } from '../deterministic-id.ts';
import { physicalName, provider } from './provider.ts';

const PrefixRule = z.strictObject({
  Name: z.literal(['prefix', 'Prefix'], 'the local run filters by prefix only'),
  Value: z.string(),
});

const QueueConfiguration = z.strictObject({
  Event: z.literal('s3:ObjectCreated:*', 'the local run notifies of s3:ObjectCreated:* only'),
  Queue: z.string().regex(/^arn:aws:sqs:[^:]+:\d{12}:[\w-]+$/, 'must be the ARN of a standard queue'),
  Filter: z.optional(z.strictObject({ S3Key: z.strictObject({ Rules: z.array(PrefixRule).max(1) }) })),
});

const Properties = z.strictObject({
  BucketName: z.optional(z.string()),
  NotificationConfiguration: z.optional(
    z.strictObject({ QueueConfigurations: z.optional(z.array(QueueConfiguration)) }),
  ),
});

export const s3Bucket = provider('AWS::S3::Bucket', Properties, async (properties, { clients, world, place }) => {
  const name = properties.BucketName ?? physicalName(place, 63).toLowerCase();
  try {
    await clients.s3.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    // All buckets of a data folder are ours.
    if (!(error instanceof BucketAlreadyOwnedByYou) && !(error instanceof BucketAlreadyExists)) throw error;
  }
  for (const { Queue, Filter } of properties.NotificationConfiguration?.QueueConfigurations ?? []) {
    const prefix = Filter?.S3Key.Rules[0]?.Value ?? '';
    // What was told is filed under it: another prefix or queue is told from the beginning.
    const id = deterministicUuid(name, Queue, prefix);
    world.notifier.add({ id, bucket: name, prefix, queueArn: Queue });
  }
  return {
    ref: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${world.region}.amazonaws.com`,
    },
  };
});
