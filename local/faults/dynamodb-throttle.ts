import type { Fault } from './fault.ts';
import type { HttpProxy, ProxyAnswer } from './proxy/http-proxy.ts';

/** As DynamoDB says it (API reference, common errors). */
const throttled: ProxyAnswer = {
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({
    __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message: 'The level of configured provisioned throughput for the table was exceeded.',
  }),
};

/** DynamoDB refuses a share of what functions ask of it. @param random - from 0 to 1 */
export const dynamodbThrottle = (proxy: HttpProxy, share: number, random: () => number): Fault => {
  let count = 0;
  let stop: (() => void) | undefined;
  return {
    name: 'dynamodb-throttle',
    begin: async () => {
      count = 0;
      stop = proxy.interfere({
        before: ({ instance }) => {
          if (instance === undefined || random() >= share) return undefined;
          count += 1;
          return throttled;
        },
      });
    },
    end: async () => stop?.(),
    counts: () => [{ what: 'requests throttled', count, must: true }],
  };
};
