import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFunctionHost, type RunningFunctions } from '../../../local/runtime/function-host.ts';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import type { FunctionSpec } from '../../../local/world.ts';
import { descendants, eventually, isAlive, startParent } from '../support/processes.ts';

const bundle = `
import { spawn } from 'node:child_process';
await new Promise((resolve) => setTimeout(resolve, Number(process.env.INIT_MS)));
export const handler = async (event) => {
  if (event.hang) return new Promise(() => setInterval(() => {}, 1000));
  if (event.shout) { for (let n = 0; n < 2000; n += 1) console.log('line ' + n); process.exit(1); }
  if (event.spawn) { const child = spawn('sleep', ['60'], { stdio: 'inherit' }); return child.pid; }
  return process.pid;
};`;

const module = (path: string): string => JSON.stringify(new URL(`../../../local/${path}`, import.meta.url).href);

let dir: string;
let host: RunningFunctions;
const spec = (overrides: Partial<FunctionSpec> = {}): FunctionSpec => ({
  name: 'f',
  arn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
  codeDir: join(dir, 'bundle'),
  handler: 'index.handler',
  environment: { INIT_MS: '0', PATH: process.env['PATH'] ?? '' },
  timeoutMs: 60_000,
  memoryMb: 256,
  ...overrides,
});
/** A module that has a host of its own with the function `f`; `before` runs first. */
const parentCode = (before: string): string => `
    const { createFunctionHost } = await import(${module('runtime/function-host.ts')});
    const { createMetricsStore } = await import(${module('services/cloudwatch/metrics-store.ts')});
    ${before}
    const host = createFunctionHost({ environment: (spec) => spec.environment, metrics: createMetricsStore(), logDir: ${JSON.stringify(join(dir, 'logs'))} });
    host.define(${JSON.stringify(spec())});`;
const payload = (result: object): unknown => ('payload' in result ? result.payload : result);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-processes-'));
  await mkdir(join(dir, 'bundle'));
  await writeFile(join(dir, 'bundle', 'index.mjs'), bundle);
});
beforeEach(() => {
  host = createFunctionHost({
    environment: ({ environment }) => environment,
    metrics: createMetricsStore(),
    logDir: join(dir, 'logs'),
  });
});
afterEach(() => host.stop());
afterAll(() => rm(dir, { recursive: true }));

describe('a stop of the functions', () => {
  it('finds an instance that is only just starting', async () => {
    const before = new Set(descendants(process.pid));
    host.define(spec({ environment: { INIT_MS: '5000' } }));
    const invoked = host.invoke('f', {});
    await eventually('it has a process', () => descendants(process.pid).some((pid) => !before.has(pid)));
    const started = descendants(process.pid).filter((pid) => !before.has(pid));
    await host.stop();
    expect(started.filter(isAlive)).toEqual([]);
    expect(await invoked).toMatchObject({ error: 'Unhandled', message: 'f did not start: ended with SIGKILL' });
  });

  it('does not wait for an invocation that hangs, and lets nothing begin any more', async () => {
    host.define(spec());
    await host.invoke('f', {});
    const hanging = host.invoke('f', { hang: true });
    const before = performance.now();
    await host.stop();
    expect(performance.now() - before).toBeLessThan(2_500);
    expect(await hanging).toMatchObject({ kind: 'exit' });
    expect(await host.invoke('f', {})).toMatchObject({ message: 'f: the platform is stopping' });
  });
});

describe('the process of a function', () => {
  it('takes with it what it started', async () => {
    host.define(spec());
    const sleeper = payload(await host.invoke('f', { spawn: true })) as number;
    expect(isAlive(sleeper)).toBe(true);
    expect(await host.invoke('f', { shout: true })).toMatchObject({ kind: 'exit' });
    expect(isAlive(sleeper)).toBe(false);
  });

  it('has its last words in the log when its end is known', async () => {
    host.define(spec({ name: 'loud', arn: 'arn:aws:lambda:eu-west-1:000000000000:function:loud' }));
    await host.invoke('loud', { shout: true });
    expect(await readFile(join(dir, 'logs', 'loud.log'), 'utf8')).toContain('line 1999\n');
  });

  it('does not outlive a parent that is killed, also in the middle of an invocation', async () => {
    const { parent, started } = await startParent(`${parentCode('')}
      await host.invoke('f', {});
      void host.invoke('f', { hang: true });
      console.log('ready');`);
    expect(started).toHaveLength(1);
    parent.kill('SIGKILL');
    await eventually('it is gone', () => !started.some(isAlive));
  });

  it('is weighed by itself: a large parent does not make it large', async () => {
    const { parent } = await startParent(`${parentCode('globalThis.ballast = Buffer.alloc(400 * 1024 * 1024, 1);')}
      const result = await host.invoke('f', {});
      if ('error' in result) throw new Error(result.message);
      if (host.instances('f')[0].peakRssMb > 200) throw new Error('too large: ' + host.instances('f')[0].peakRssMb);
      await host.stop();
      console.log('ready');`);
    const status = parent.exitCode ?? (await new Promise((resolve) => parent.once('exit', resolve)));
    expect(status).toBe(0);
  });
});
