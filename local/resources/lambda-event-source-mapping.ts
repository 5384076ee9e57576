import { lambdaQueueMapping } from './lambda-queue-mapping.ts';
import { lambdaStreamMapping } from './lambda-stream-mapping.ts';
import type { ResourceProvider } from './provider.ts';

/** Its properties depend on its source: what a stream takes is an error for a queue, as in AWS. */
export const lambdaEventSourceMapping: ResourceProvider = {
  type: lambdaStreamMapping.type,
  create: (properties, request) => {
    const fromQueue = String(properties['EventSourceArn']).startsWith('arn:aws:sqs:');
    return (fromQueue ? lambdaQueueMapping : lambdaStreamMapping).create(properties, request);
  },
};
