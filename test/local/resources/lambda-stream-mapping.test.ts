import { describe, expect, it } from 'vitest';
import { lambdaStreamMapping } from '../../../local/resources/lambda-stream-mapping.ts';
import type { ResourceRequest } from '../../../local/resources/provider.ts';
import type { KinesisMapping } from '../../../local/world.ts';
import { functionsInMemory, pollersInMemory } from '../support/test-world.ts';

const place = { stack: 'enrichment', logicalId: 'Mapping', type: 'AWS::Lambda::EventSourceMapping' };
const properties = {
  FunctionName: 'enrich',
  EventSourceArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/quotes',
  StartingPosition: 'TRIM_HORIZON',
};

const deploy = async (given: object): Promise<KinesisMapping | undefined> => {
  const functions = functionsInMemory();
  functions.define({ name: 'enrich', arn: 'arn:aws:lambda:eu-west-1:000000000000:function:enrich' } as never);
  const pollers = pollersInMemory();
  const world = { region: 'eu-west-1', accountId: '000000000000', functions, pollers };
  await lambdaStreamMapping.create({ ...properties, ...given }, { place, world } as unknown as ResourceRequest);
  return pollers.list()[0];
};

// LDG, "Lambda parameters for Amazon Kinesis Data Streams event source mappings".
describe('the mapping of a stream', () => {
  it('has Lambda’s defaults: a hundred records, no window, one lane, and retries without an end', async () => {
    expect(await deploy({})).toMatchObject({
      batchSize: 100,
      batchingWindowMs: 0,
      bisect: false,
      maxAttempts: -1,
      maxAgeMs: -1,
      parallelization: 1,
      reportBatchItemFailures: false,
    });
  });

  it.each([
    { BatchSize: 10_000 },
    { MaximumBatchingWindowInSeconds: 300 },
    { MaximumRetryAttempts: 10_000 },
    { MaximumRecordAgeInSeconds: 60 },
    { MaximumRecordAgeInSeconds: 604_800 },
    { ParallelizationFactor: 10 },
  ])('takes what Lambda takes: %o', async (given) => {
    await expect(deploy(given)).resolves.toBeDefined();
  });

  it.each([
    { BatchSize: 10_001 },
    { BatchSize: 0 },
    { MaximumBatchingWindowInSeconds: 301 },
    { MaximumRetryAttempts: -2 },
    { MaximumRetryAttempts: 10_001 },
    { MaximumRecordAgeInSeconds: 59 },
    { MaximumRecordAgeInSeconds: 604_801 },
    { ParallelizationFactor: 11 },
    { ParallelizationFactor: 0 },
    { StartingPosition: 'AT_TIMESTAMP' },
    { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:eu-west-1:000000000000:failed' } } },
    { FilterCriteria: {} },
    { TumblingWindowInSeconds: 30 },
  ])('fails the deploy for what Lambda or the local run does not take: %o', async (given) => {
    const [name = ''] = Object.keys(given);
    await expect(deploy(given)).rejects.toThrow(name);
  });
});
