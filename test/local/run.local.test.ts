import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStreamSummaryCommand, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClients } from '../../local/resources/clients.ts';
import { startLocal, type LocalRun } from '../../local/run.ts';
import { descendants, eventually, isAlive } from './support/processes.ts';
import { ASSET_KEY, writeAssembly, type TestStack } from './support/test-assembly.ts';

const bundle = `
export const handler = async ({ Records }) => {
  for (const { kinesis } of Records) console.log('got ' + Buffer.from(kinesis.data, 'base64'));
  if (process.env.HANG) return new Promise(() => setInterval(() => {}, 1000));
  return { batchItemFailures: [] };
};`;

const stack = (environment: Readonly<Record<string, string>> = {}): TestStack => ({
  Resources: {
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'quotes', ShardCount: 1 } },
    Consumer: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'consumer',
        Code: { S3Bucket: 'assets', S3Key: ASSET_KEY },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: 60,
        MemorySize: 256,
        Environment: { Variables: environment },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        FunctionName: { Ref: 'Consumer' },
        EventSourceArn: { 'Fn::GetAtt': ['Stream', 'Arn'] },
        StartingPosition: 'TRIM_HORIZON',
        MaximumRetryAttempts: 0,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    },
  },
  Outputs: { StreamName: { Value: { Ref: 'Stream' } } },
});

let dir: string;
let lines: string[];
const runs: LocalRun[] = [];
const before = new Set(descendants(process.pid));
/** Processes of this test file; other files have theirs elsewhere. */
const ours = (): number[] => descendants(process.pid).filter((pid) => !before.has(pid));

const start = async (template = stack(), signal?: AbortSignal): Promise<LocalRun> => {
  const assemblyDir = await writeAssembly(join(dir, 'cdk.out'), { one: template });
  await writeFile(join(assemblyDir, 'asset.code', 'index.mjs'), bundle);
  const run = await startLocal({
    assemblyDir,
    dataDir: join(dir, 'data'),
    progress: (line) => void lines.push(line),
    ...(signal ? { signal } : {}),
  });
  runs.push(run);
  return run;
};

const put = async ({ world }: LocalRun, text: string): Promise<void> => {
  const clients = createClients(world.endpoints, world.region);
  await clients.kinesis.send(
    new PutRecordCommand({ StreamName: 'quotes', PartitionKey: 'p', Data: Buffer.from(text) }),
  );
  clients.destroy();
};
const printed = (): Promise<string> => readFile(join(dir, 'data', 'logs', 'consumer.log'), 'utf8').catch(() => '');

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-run-'));
  lines = [];
});
afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.stop()));
  await rm(dir, { recursive: true });
});

describe('a local run', () => {
  it('takes a record from the stream to the function, and leaves no process when it stops', async () => {
    const run = await start();
    expect(run.deployed.output('one', 'StreamName')).toBe('quotes');
    await put(run, 'a record');
    await eventually('the function has it', async () => (await printed()).includes('got a record'));
    expect(lines.some((line) => /^started PostgreSQL in \d+\.\d s$/.test(line))).toBe(true);
    await Promise.all([run.stop(), run.stop()]);
    expect(ours()).toEqual([]);
  });

  it('goes on where the last one over the same folder stopped', async () => {
    const first = await start();
    await put(first, 'one');
    await eventually('the function has it', async () => (await printed()).includes('got one'));
    await eventually('it is finished', () =>
      first.world.pollers.list().every(({ uuid }) => first.world.pollers.progress(uuid)[0]?.checkpoint),
    );
    await first.stop();
    const second = await start();
    await put(second, 'two');
    await eventually('the function has it', async () => (await printed()).includes('got two'));
    expect((await printed()).match(/got one/g)).toHaveLength(1);
  });

  it('answers the Lambda API, and its functions are told where the services are', async () => {
    const { world } = await start();
    const lambda = new LambdaClient({
      endpoint: world.endpoints.lambda,
      region: world.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const { MemorySize } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: 'consumer' }));
    lambda.destroy();
    expect(MemorySize).toBe(256);
    expect(Object.values(world.endpoints).every((endpoint) => endpoint.startsWith('http://127.0.0.1:'))).toBe(true);
    const clients = createClients(world.endpoints, world.region);
    const { StreamDescriptionSummary: stream } = await clients.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: 'quotes' }),
    );
    clients.destroy();
    expect(stream?.OpenShardCount).toBe(1);
  });

  it('does not wait for a function that hangs when it stops', async () => {
    const run = await start(stack({ HANG: 'yes' }));
    await put(run, 'a record');
    await eventually('the function has it', async () => (await printed()).includes('got a record'));
    const from = performance.now();
    await run.stop();
    expect(performance.now() - from).toBeLessThan(8_000);
    expect(ours()).toEqual([]);
  });

  it('tells when a service has ended by itself', async () => {
    const run = await start();
    const postgres = ours().find((pid) => descendants(pid).length > 1) ?? 0;
    process.kill(postgres, 'SIGKILL');
    expect((await run.failed).message).toBe('PostgreSQL has ended by itself');
    expect(isAlive(postgres)).toBe(false);
  });

  it('leaves nothing running when the deploy fails', async () => {
    const Unknown = { Type: 'AWS::Quantum::Computer', Properties: {} };
    await expect(start({ Resources: { Unknown } })).rejects.toThrow('AWS::Quantum::Computer');
    expect(ours()).toEqual([]);
  });

  it.each([0, 20, 300, 900])('that is called off after %i ms leaves nothing running', async (ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('called off')), ms);
    await start(stack(), controller.signal).then(
      () => undefined,
      (error: Error) => expect(error.message).toBe('called off'),
    );
    await Promise.all(runs.splice(0).map((run) => run.stop()));
    expect(ours()).toEqual([]);
  });
});
