import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
  ListFunctionsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningService } from '../../../local/services/json-service.ts';
import { startLambda } from '../../../local/services/lambda/start-lambda.ts';
import type { FunctionHost, KinesisMapping, QueueMapping } from '../../../local/world.ts';
import { functionsInMemory, pollersInMemory, queuePollersInMemory } from '../support/test-world.ts';

const ARN = 'arn:aws:lambda:eu-west-1:000000000000:function:enrich';
const mapping: KinesisMapping = {
  uuid: 'b9f1a2c3-0000-8000-8000-000000000000',
  functionArn: ARN,
  streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/quotes',
  enabled: true,
  batchSize: 500,
  batchingWindowMs: 2_000,
  bisect: true,
  maxAttempts: 10,
  maxAgeMs: 60_000,
  parallelization: 1,
  startingPosition: 'TRIM_HORIZON',
  reportBatchItemFailures: true,
  onFailureArn: 'arn:aws:s3:::give-ups',
};
const { onFailureArn: _, ...withoutDestination } = mapping;
const endless: KinesisMapping = {
  ...withoutDestination,
  uuid: 'other',
  functionArn: `${ARN}-other`,
  streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/trades',
  maxAgeMs: -1,
  reportBatchItemFailures: false,
};

const queueMapping: QueueMapping = {
  uuid: 'from-a-queue',
  functionArn: `${ARN}-intake`,
  queueArn: 'arn:aws:sqs:eu-west-1:000000000000:parked',
  enabled: true,
  batchSize: 10,
  batchingWindowMs: 0,
  maxConcurrency: 2,
  reportBatchItemFailures: true,
  visibilityMs: 30_000,
};

let service: RunningService;
let client: LambdaClient;
beforeEach(async () => {
  const functions = functionsInMemory(() => (payload) => {
    if (payload === 'fail') throw new Error('it broke');
    return payload === 'nothing' ? undefined : { got: payload };
  });
  functions.define({
    name: 'enrich',
    arn: ARN,
    codeDir: 'code',
    handler: 'index.handler',
    environment: { SOURCE: 'market' },
    timeoutMs: 30_000,
    memoryMb: 512,
  });
  const pollers = pollersInMemory();
  pollers.add(mapping);
  pollers.add(endless);
  const queuePollers = queuePollersInMemory();
  queuePollers.add(queueMapping);
  const throttling: FunctionHost = {
    ...functions,
    invoke: (name, payload) =>
      payload === 'too much' ? Promise.resolve({ throttled: 'all is busy' }) : functions.invoke(name, payload),
  };
  service = await startLambda({ functions: throttling, pollers, queuePollers });
  client = new LambdaClient({
    endpoint: service.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await service.stop();
});

const list = async (input: ListEventSourceMappingsCommandInput) => {
  const { EventSourceMappings = [] } = await client.send(new ListEventSourceMappingsCommand(input));
  return EventSourceMappings.map(({ UUID }) => UUID);
};

describe('the local Lambda API', () => {
  it('invokes a function and gives what it answered', async () => {
    for (const FunctionName of ['enrich', ARN]) {
      const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ a: 1 }) }));
      expect(answer.StatusCode).toBe(200);
      expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ got: { a: 1 } });
    }
  });

  it('invokes with an empty object when there is no payload, and gives null for no answer', async () => {
    const empty = await client.send(new InvokeCommand({ FunctionName: 'enrich' }));
    expect(JSON.parse(empty.Payload?.transformToString() ?? '')).toEqual({ got: {} });
    const nothing = await client.send(new InvokeCommand({ FunctionName: 'enrich', Payload: '"nothing"' }));
    expect(nothing.Payload?.transformToString()).toBe('null');
  });

  it('gives a function’s failure as an answer, as Lambda does', async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: 'enrich', Payload: '"fail"' }));
    expect(answer.FunctionError).toBe('Unhandled');
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({
      errorType: 'thrown',
      errorMessage: 'it broke',
    });
  });

  it('answers a throttle with 429, and not with a failure of the function', async () => {
    const busy = client.send(new InvokeCommand({ FunctionName: 'enrich', Payload: '"too much"' }));
    await expect(busy).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      $metadata: { httpStatusCode: 429 },
    });
  });

  it('shows a function’s settings', async () => {
    expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'enrich' }))).toMatchObject({
      FunctionArn: ARN,
      MemorySize: 512,
      Timeout: 30,
      Environment: { Variables: { SOURCE: 'market' } },
    });
  });

  it('lists mappings, by function and by stream', async () => {
    expect(await list({})).toEqual([mapping.uuid, 'other', 'from-a-queue']);
    expect(await list({ FunctionName: 'enrich' })).toEqual([mapping.uuid]);
    expect(await list({ FunctionName: `${ARN}-other` })).toEqual(['other']);
    expect(await list({ EventSourceArn: mapping.streamArn })).toEqual([mapping.uuid]);
    expect(await list({ EventSourceArn: queueMapping.queueArn })).toEqual(['from-a-queue']);
  });

  it('shows a mapping in Lambda’s units', async () => {
    expect(await client.send(new GetEventSourceMappingCommand({ UUID: mapping.uuid }))).toMatchObject({
      UUID: mapping.uuid,
      State: 'Enabled',
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 2,
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 60,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::give-ups' } },
    });
    const other = await client.send(new GetEventSourceMappingCommand({ UUID: 'other' }));
    expect(other).toMatchObject({ MaximumRecordAgeInSeconds: -1, FunctionResponseTypes: [] });
    expect(other.DestinationConfig).toBeUndefined();
  });

  it('shows, stops and starts the mapping of a queue, without what only a stream has', async () => {
    const get = () => client.send(new GetEventSourceMappingCommand({ UUID: 'from-a-queue' }));
    const { $metadata: _, ...found } = await get();
    expect(found).toEqual({
      UUID: 'from-a-queue',
      EventSourceMappingArn: 'arn:aws:lambda:eu-west-1:000000000000:event-source-mapping:from-a-queue',
      EventSourceArn: queueMapping.queueArn,
      FunctionArn: queueMapping.functionArn,
      State: 'Enabled',
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    await client.send(new UpdateEventSourceMappingCommand({ UUID: 'from-a-queue', Enabled: false }));
    expect((await get()).State).toBe('Disabled');
    expect((await client.send(new GetEventSourceMappingCommand({ UUID: mapping.uuid }))).State).toBe('Enabled');
  });

  it('stops and starts a mapping', async () => {
    const update = (Enabled: boolean) =>
      client.send(new UpdateEventSourceMappingCommand({ UUID: mapping.uuid, Enabled }));
    expect((await update(false)).State).toBe('Disabled');
    expect((await client.send(new GetEventSourceMappingCommand({ UUID: mapping.uuid }))).State).toBe('Disabled');
    expect((await update(true)).State).toBe('Enabled');
  });

  it('refuses to change what only the template may change', async () => {
    const update = new UpdateEventSourceMappingCommand({ UUID: mapping.uuid, BatchSize: 1 });
    await expect(client.send(update)).rejects.toThrow(/UpdateEventSourceMapping does not take/);
  });

  it('answers with the errors Lambda has', async () => {
    const missing = { name: 'ResourceNotFoundException' };
    await expect(client.send(new InvokeCommand({ FunctionName: 'gone' }))).rejects.toMatchObject(missing);
    await expect(client.send(new GetFunctionConfigurationCommand({ FunctionName: 'gone' }))).rejects.toMatchObject(
      missing,
    );
    await expect(client.send(new GetEventSourceMappingCommand({ UUID: 'gone' }))).rejects.toMatchObject(missing);
    await expect(
      client.send(new UpdateEventSourceMappingCommand({ UUID: 'gone', Enabled: true })),
    ).rejects.toMatchObject(missing);
    const asynchronous = new InvokeCommand({ FunctionName: 'enrich', InvocationType: 'Event' });
    await expect(client.send(asynchronous)).rejects.toThrow('does not invoke as "Event"');
    await expect(client.send(new ListFunctionsCommand({}))).rejects.toThrow(
      'does not answer GET /2015-03-31/functions',
    );
  });
});
