import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { flag, physicalName, provider, wholeNumber } from './provider.ts';
import type { Clients } from './clients.ts';

const Properties = z.strictObject({
  QueueName: z.optional(z.string()),
  VisibilityTimeout: z.optional(wholeNumber),
  MessageRetentionPeriod: z.optional(wholeNumber),
  MaximumMessageSize: z.optional(wholeNumber),
  DelaySeconds: z.optional(wholeNumber),
  ReceiveMessageWaitTimeSeconds: z.optional(wholeNumber),
  FifoQueue: z.optional(flag),
  ContentBasedDeduplication: z.optional(flag),
  RedrivePolicy: z.optional(z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: wholeNumber })),
});

/** The API takes every attribute as text. */
const attributesOf = (properties: Omit<z.infer<typeof Properties>, 'QueueName'>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );

const exists = async ({ sqs }: Clients, name: string): Promise<boolean> => {
  try {
    await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    return true;
  } catch (error) {
    if (error instanceof QueueDoesNotExist) return false;
    throw error;
  }
};

export const sqsQueue = provider('AWS::SQS::Queue', Properties, async ({ QueueName, ...rest }, request) => {
  const { clients, world, place } = request;
  const name = QueueName ?? physicalName(place, 80);
  // Built from the endpoint of this run: a kept folder may remember the port of an earlier one.
  const url = `${world.endpoints.sqs}/${world.accountId}/${name}`;
  const attributes = attributesOf(rest);
  if (!(await exists(clients, name))) {
    await clients.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  } else if (Object.keys(attributes).length > 0) {
    const { FifoQueue: _, ...changeable } = attributes;
    await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: changeable }));
  }
  const arn = `arn:aws:sqs:${world.region}:${world.accountId}:${name}`;
  return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
});
