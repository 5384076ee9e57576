import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutRecordCommand } from '@aws-sdk/client-kinesis';
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClients } from '../../local/resources/clients.ts';
import { startLocal, type LocalRun } from '../../local/run.ts';
import { descendants, eventually } from './support/processes.ts';
import { ASSET_KEY, writeAssembly, type TestStack } from './support/test-assembly.ts';

/** One bundle for both: the first gives every record up, the second reads what the bucket told its queue. */
const bundle = `
export const handler = async ({ Records }) => {
  if (process.env.AWS_LAMBDA_FUNCTION_NAME === 'enrich') throw new Error('never');
  for (const { body } of Records) {
    const { Event, Records = [] } = JSON.parse(body);
    for (const { s3 } of Records) console.log('given up ' + s3.object.key);
    if (Event) console.log('event ' + Event);
  }
  return { batchItemFailures: [] };
};`;

const functionOf = (name: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: name,
    Code: { S3Bucket: 'assets', S3Key: ASSET_KEY },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Timeout: 5,
    MemorySize: 256,
  },
});
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const stack: TestStack = {
  Resources: {
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'quotes', ShardCount: 1 } },
    Failed: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'given-up-failed' } },
    GivenUp: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'given-up',
        VisibilityTimeout: 30,
        RedrivePolicy: { deadLetterTargetArn: arnOf('Failed'), maxReceiveCount: 3 },
      },
    },
    GiveUps: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'give-ups',
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Queue: arnOf('GivenUp'),
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'aws/lambda/' }] } },
            },
          ],
        },
      },
    },
    Enrich: functionOf('enrich'),
    TakeIn: functionOf('take-in'),
    FromStream: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Enrich' },
        EventSourceArn: arnOf('Stream'),
        StartingPosition: 'TRIM_HORIZON',
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: arnOf('GiveUps') } },
      },
    },
    FromQueue: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'TakeIn' },
        EventSourceArn: arnOf('GivenUp'),
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    },
  },
};

let dir: string;
const runs: LocalRun[] = [];
const before = new Set(descendants(process.pid));
const ours = (): number[] => descendants(process.pid).filter((pid) => !before.has(pid));

const commandOf = (pid: number): string =>
  spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout;

const start = async (): Promise<LocalRun> => {
  const assemblyDir = await writeAssembly(join(dir, 'cdk.out'), { one: stack });
  await writeFile(join(assemblyDir, 'asset.code', 'index.mjs'), bundle);
  const run = await startLocal({ assemblyDir, dataDir: join(dir, 'data'), progress: () => {} });
  runs.push(run);
  return run;
};

const put = async ({ world }: LocalRun): Promise<void> => {
  const clients = createClients(world.endpoints, world.region);
  const record = { StreamName: 'quotes', PartitionKey: 'p', Data: Buffer.from('record') };
  await clients.kinesis.send(new PutRecordCommand(record));
  clients.destroy();
};

const told = async (what: string): Promise<number> => {
  const log = await readFile(join(dir, 'data', 'logs', 'take-in.log'), 'utf8').catch(() => '');
  return log.split(what).length - 1;
};

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-queues-'));
});
afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.stop()));
  await rm(dir, { recursive: true });
});

describe('a local run with a consumer of what was given up', () => {
  it('takes a give-up from the bucket to the function, in this run and in the next, each once', async () => {
    const first = await start();
    await put(first);
    await eventually('the function is told', async () => (await told('given up aws/lambda/')) === 1);
    expect(await told('event s3:TestEvent')).toBe(1);
    expect(first.world.pollers.list()).toHaveLength(1);

    const lambda = new LambdaClient({
      endpoint: first.world.endpoints.lambda,
      region: first.world.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
    lambda.destroy();
    expect(EventSourceMappings.map(({ EventSourceArn }) => EventSourceArn?.split(':')[2])).toEqual(['kinesis', 'sqs']);
    const from = performance.now();
    await first.stop();
    expect(performance.now() - from).toBeLessThan(8_000);
    expect(ours()).toEqual([]);

    const second = await start();
    await put(second);
    await eventually('the function is told', async () => (await told('given up aws/lambda/')) === 2);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await told('given up aws/lambda/')).toBe(2);
    expect(await told('event s3:TestEvent')).toBe(1);
  });

  it('stops soon when the service of queues and objects hangs, and leaves nothing running', async () => {
    const run = await start();
    await put(run);
    await eventually('the function is told', async () => (await told('given up aws/lambda/')) === 1);
    const service = ours().find((pid) => commandOf(pid).includes('fauxqs.ts')) ?? 0;
    expect(service).toBeGreaterThan(0);
    process.kill(service, 'SIGSTOP');
    const from = performance.now();
    await run.stop();
    expect(performance.now() - from).toBeLessThan(12_000);
    expect(ours()).toEqual([]);
  });
});
