import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFunctionHost, type RunningFunctions } from '../../../local/runtime/function-host.ts';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import type { FunctionSpec, InvokeResult } from '../../../local/world.ts';

const handler = `
let calls = 0;
export const handler = async (event, context) => {
  calls += 1;
  switch (event.do) {
    case 'echo': return { event, calls, pid: process.pid, name: context.functionName, arn: context.invokedFunctionArn,
      remaining: context.getRemainingTimeInMillis(), memory: context.memoryLimitInMB, greeting: process.env.GREETING, home: process.env.HOME ?? null };
    case 'throw': throw new TypeError('on purpose');
    case 'exit': process.exit(3);
    case 'hang': return new Promise(() => {});
    case 'eat': { const held = []; for (;;) { held.push(Buffer.alloc(8_000_000, 1)); await new Promise((r) => setTimeout(r, 5)); } }
    case 'print':
      console.log('a line for the log');
      console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Test', Dimensions: [['source']], Metrics: [{ Name: 'Stored', Unit: 'Count' }] }] }, source: 'market', Stored: 7 }));
      return undefined;
    case 'wait': await new Promise((r) => setTimeout(r, event.ms)); return process.pid;
  }
};`;

let dir: string;
let host: RunningFunctions;
const metrics = createMetricsStore();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-functions-'));
  await mkdir(join(dir, 'good'));
  await mkdir(join(dir, 'bad'));
  await writeFile(join(dir, 'good', 'index.mjs'), handler);
  await writeFile(join(dir, 'bad', 'index.mjs'), `throw new Error('a setting is missing');`);
});
afterAll(() => rm(dir, { recursive: true }));

const spec = (overrides: Partial<FunctionSpec> = {}): FunctionSpec => ({
  name: 'good',
  arn: 'arn:aws:lambda:eu-west-1:000000000000:function:good',
  codeDir: join(dir, 'good'),
  handler: 'index.handler',
  environment: { GREETING: 'hello' },
  timeoutMs: 10_000,
  memoryMb: 512,
  ...overrides,
});

beforeEach(() => {
  host = createFunctionHost({ environment: ({ environment }) => environment, metrics, logDir: join(dir, 'logs') });
});
afterEach(() => host.stop());

const payloadOf = (result: InvokeResult): Record<string, unknown> => {
  if (!('payload' in result)) throw new Error('error' in result ? result.message : result.throttled);
  return result.payload as Record<string, unknown>;
};

describe('a function', () => {
  it('gets its event, its context and the environment of its template, and nothing of ours', async () => {
    host.define(spec());
    const answer = payloadOf(await host.invoke('good', { do: 'echo' }));
    expect(answer).toMatchObject({
      event: { do: 'echo' },
      name: 'good',
      arn: 'arn:aws:lambda:eu-west-1:000000000000:function:good',
      memory: '512',
      greeting: 'hello',
      home: null,
    });
    expect(answer['remaining']).toBeGreaterThan(9_000);
  });

  it('is found by name, by ARN and by the ARN of a version, and kept warm', async () => {
    host.define(spec());
    const arn = spec().arn;
    const answers = [];
    for (const name of ['good', arn, `${arn}:1`]) answers.push(payloadOf(await host.invoke(name, { do: 'echo' })));
    expect(answers.map(({ calls }) => calls)).toEqual([1, 2, 3]);
    expect(host.get(arn)?.name).toBe('good');
    expect(host.instances('good').length).toBe(1);
    expect(host.instances('good')[0]?.initMs).toBeGreaterThan(0);
  });

  it('that throws fails its invocation and lives on', async () => {
    host.define(spec());
    const before = payloadOf(await host.invoke('good', { do: 'echo' }));
    expect(await host.invoke('good', { do: 'throw' })).toMatchObject({
      error: 'Unhandled',
      kind: 'thrown',
      message: 'TypeError: on purpose',
    });
    expect(payloadOf(await host.invoke('good', { do: 'echo' }))['pid']).toBe(before['pid']);
  });

  it.each([
    ['exits', { do: 'exit' }, 'exit', /^ended with status 3 before it answered$/, {}],
    ['hangs', { do: 'hang' }, 'timeout', /^timed out after 0.3 s$/, { timeoutMs: 300 }],
    ['eats memory', { do: 'eat' }, 'memory', /used \d+ MB of 128/, { memoryMb: 128 }],
  ] as const)('that %s is replaced by a new instance', async (_, event, kind, message, overrides) => {
    host.define(spec(overrides));
    const before = payloadOf(await host.invoke('good', { do: 'echo' }));
    expect(await host.invoke('good', event)).toMatchObject({
      error: 'Unhandled',
      kind,
      message: expect.stringMatching(message) as string,
    });
    expect(payloadOf(await host.invoke('good', { do: 'echo' }))['pid']).not.toBe(before['pid']);
  });

  it('that is killed while it works answers as a crash', async () => {
    host.define(spec());
    await host.invoke('good', { do: 'echo' });
    const invoked = host.invoke('good', { do: 'hang' });
    expect(host.kill('good')).toBe(1);
    expect(await invoked).toMatchObject({ kind: 'exit', message: 'ended with SIGKILL before it answered' });
  });

  it('whose bundle does not load says why, at every invocation', async () => {
    host.define(spec({ codeDir: join(dir, 'bad') }));
    for (let n = 0; n < 2; n += 1) {
      expect(await host.invoke('good', {})).toMatchObject({
        kind: 'thrown',
        message: 'good did not start: Error: a setting is missing',
      });
    }
  });

  it('is throttled where all that it has reserved is busy, which is neither an invocation nor an error', async () => {
    host.define(spec({ name: 'narrow', reservedConcurrency: 2 }));
    const count = (name: string): number =>
      metrics
        .list({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName: 'narrow' } })
        .reduce((sum, metric) => sum + metrics.total(metric), 0);
    const results = await Promise.all([1, 2, 3, 4].map(() => host.invoke('narrow', { do: 'wait', ms: 150 })));
    expect(results.map((result) => 'throttled' in result)).toEqual([false, false, true, true]);
    expect([count('Throttles'), count('Invocations'), count('Errors')]).toEqual([2, 2, 0]);
    expect(await host.invoke('narrow', { do: 'wait', ms: 1 })).toHaveProperty('payload');
  });

  it('is throttled always where nothing is reserved for it', async () => {
    host.define(spec({ reservedConcurrency: 0 }));
    expect(await host.invoke('good', { do: 'echo' })).toEqual({ throttled: 'good has no more concurrency than 0' });
  });

  it('prints into its log, and its metrics are read from there', async () => {
    host.define(spec());
    await host.invoke('good', { do: 'print' });
    await expect
      .poll(() => metrics.list({ namespace: 'Test' }))
      .toMatchObject([{ name: 'Stored', dimensions: { source: 'market' } }]);
    await host.stop();
    expect(await readFile(join(dir, 'logs', 'good.log'), 'utf8')).toContain('a line for the log');
  });

  it('is measured as Lambda measures it', () => {
    const names = metrics.list({ namespace: 'AWS/Lambda' }).map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(['Invocations', 'Errors', 'Duration', 'Throttles']));
  });
});

describe('the host', () => {
  it('knows no function that was not defined', async () => {
    await expect(host.invoke('nobody', {})).rejects.toThrow('there is no function nobody');
    expect(host.get('nobody')).toBeUndefined();
    expect(host.kill('nobody')).toBe(0);
  });

  it('leaves no process when it stops, not even one that works', async () => {
    host.define(spec());
    const pid = Number(payloadOf(await host.invoke('good', { do: 'echo' }))['pid']);
    const working = host.invoke('good', { do: 'hang' });
    await host.stop();
    expect(await working).toMatchObject({ kind: 'exit' });
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await host.invoke('good', {})).toMatchObject({ message: 'good: the platform is stopping' });
  });
});
