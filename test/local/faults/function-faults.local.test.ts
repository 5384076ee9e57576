import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badDeploy } from '../../../local/faults/bad-deploy.ts';
import { clockSkew } from '../../../local/faults/clock-skew.ts';
import { crashRecord } from '../../../local/faults/crash-record.ts';
import { duplicateDelivery } from '../../../local/faults/duplicate-delivery.ts';
import { memory } from '../../../local/faults/memory.ts';
import { createFunctionHost, type RunningFunctions } from '../../../local/runtime/function-host.ts';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';

/** Says what it has, and waits where it is told to. */
const bundle = `
const initialDate = new Date();
export const handler = async (event, context) => {
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  return {
    pid: process.pid,
    setting: process.env.SETTING,
    instance: process.env.PGAPPNAME,
    sameId: process.env.PGAPPNAME === process.env.AWS_SDK_UA_APP_ID,
    now: Date.now(),
    date: new Date().getTime(),
    initialDate: initialDate.getTime(),
    parsed: new Date('2020-01-02T03:04:05Z').toISOString(),
    leftMs: context.getRemainingTimeInMillis(),
    batchItemFailures: event.failures ?? [],
  };
};`;

interface Said {
  readonly pid: number;
  readonly setting: string;
  readonly instance: string;
  readonly sameId: boolean;
  readonly now: number;
  readonly date: number;
  readonly initialDate: number;
  readonly parsed: string;
  readonly leftMs: number;
}

let dir: string;
let host: RunningFunctions;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-function-faults-'));
  await mkdir(join(dir, 'bundle'));
  await writeFile(join(dir, 'bundle', 'index.mjs'), bundle);
});
beforeEach(() => {
  host = createFunctionHost({
    environment: ({ environment }) => environment,
    metrics: createMetricsStore(),
    logDir: join(dir, 'logs'),
  });
  host.define({
    name: 'f',
    arn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
    codeDir: join(dir, 'bundle'),
    handler: 'index.handler',
    environment: { SETTING: 'good', PATH: process.env['PATH'] ?? '' },
    timeoutMs: 30_000,
    memoryMb: 256,
  });
});
afterEach(() => host.stop());
afterAll(() => rm(dir, { recursive: true }));

const said = async (payload: unknown = {}): Promise<Said> => {
  const result = await host.invoke('f', payload);
  if (!('payload' in result)) throw new Error(JSON.stringify(result));
  return result.payload as Said;
};

describe('an instance', () => {
  it('carries an id in its requests and sessions, by which it can be killed', async () => {
    const { instance, sameId, pid } = await said();
    expect(sameId).toBe(true);
    expect(instance).toMatch(/^[\da-f]{12}$/);
    expect(host.killInstance(instance)).toBe('f');
    expect(host.killInstance(instance)).toBeUndefined();
    expect((await said()).pid).not.toBe(pid);
  });
});

describe('a function that is configured anew', () => {
  it('has new instances at once, and those that are busy end with what they are doing', async () => {
    const before = await said();
    const busy = said({ ms: 300 });
    const fault = badDeploy({ functions: host, functionName: 'f', environment: { SETTING: 'bad' }, held: () => 0 });
    await fault.begin();
    const bad = await said();
    expect(bad).toMatchObject({ setting: 'bad' });
    await expect(busy).resolves.toMatchObject({ setting: 'good', pid: before.pid });
    await fault.end();
    const after = await said();
    expect(after).toMatchObject({ setting: 'good' });
    expect(new Set([before.pid, bad.pid, after.pid]).size).toBe(3);
    expect(host.instances('f')).toHaveLength(1);
  });
});

describe('an instance that is still starting when its function is configured anew', () => {
  it('does nothing with the old settings', async () => {
    const starting = said();
    await expect.poll(() => host.instances('f').length).toBe(1);
    const undo = host.reconfigure('f', () => ({ SETTING: 'new' }));
    await expect(starting).resolves.toMatchObject({ setting: 'new' });
    undo();
  });
});

describe('a clock that is off', () => {
  it('is all that a function knows, and not what its time is measured by', async () => {
    const fault = clockSkew(host, ['f'], () => 0.5);
    await fault.begin();
    const [ahead, behind] = await Promise.all([said({ ms: 50 }), said({ ms: 50 })]);
    await fault.end();
    const offsets = [ahead, behind].map(({ now }) => Math.round((now - Date.now()) / 1_000)).sort((a, b) => a - b);
    expect(offsets[0]).toBeCloseTo(-150, -1);
    expect(offsets[1]).toBeCloseTo(150, -1);
    for (const { now, date, initialDate, parsed, leftMs } of [ahead, behind]) {
      expect(Math.abs(now - date)).toBeLessThan(50);
      expect(Math.abs(now - initialDate)).toBeLessThan(5_000);
      expect(parsed).toBe('2020-01-02T03:04:05.000Z');
      expect(leftMs).toBeGreaterThan(20_000);
      expect(leftMs).toBeLessThan(30_000);
    }
    expect(Math.abs((await said()).now - Date.now())).toBeLessThan(5_000);
    expect(fault.counts?.().map(({ count }) => count)).toEqual([1, 1]);
  });
});

describe('memory', () => {
  it('beyond the limit ends an instance by the measuring that always goes on, once in a while', async () => {
    let now = 0;
    const fault = memory({ functions: host, functionNames: ['f'], everyMs: 1_000, now: () => now });
    await fault.begin();
    await expect(host.invoke('f', { ms: 5_000 })).resolves.toMatchObject({ kind: 'memory' });
    await said();
    now = 1_000;
    await expect(host.invoke('f', { ms: 5_000 })).resolves.toMatchObject({ kind: 'memory' });
    await fault.end();
    now = 2_000;
    await said();
    expect(fault.counts?.()).toMatchObject([{ count: 2, must: true }]);
  });
});

describe('crash-record', () => {
  const batch = (...keys: string[]) => ({
    ms: 500,
    Records: keys.map((partitionKey) => ({ kinesis: { partitionKey } })),
  });

  it('ends the process that gets it, until it was given up', async () => {
    let givenUp = 0;
    const sent: string[] = [];
    const fault = crashRecord({
      functions: host,
      partitionKey: 'fatal',
      send: async () => void sent.push('one'),
      givenUp: () => givenUp,
      hurry: new AbortController().signal,
    });
    await fault.begin();
    await expect(host.invoke('f', batch('a', 'fatal', 'b'))).resolves.toMatchObject({ kind: 'exit' });
    await said(batch('a', 'b'));
    const ended = fault.end();
    await expect(host.invoke('f', batch('fatal'))).resolves.toMatchObject({ kind: 'exit' });
    givenUp = 1;
    await ended;
    await said(batch('fatal'));
    expect(sent).toEqual(['one']);
    expect(fault.counts?.().map(({ count }) => count)).toEqual([2, 1]);
  });
});

describe('crash-record in a run that stops at once', () => {
  it('is waited for no longer', async () => {
    const hurry = new AbortController();
    const fault = crashRecord({
      functions: host,
      partitionKey: 'fatal',
      send: async () => {},
      givenUp: () => 0,
      hurry: hurry.signal,
    });
    await fault.begin();
    const ended = fault.end();
    hurry.abort();
    await ended;
    expect(fault.counts?.().map(({ count }) => count)).toEqual([0, 0]);
  });
});

describe('duplicate-delivery', () => {
  it('delivers again what was finished, and nothing else', async () => {
    const delivered: unknown[] = [];
    const fault = duplicateDelivery({
      functions: host,
      functionNames: ['f'],
      random: () => 0.5,
      complain: (error) => expect.fail(String(error)),
    });
    await fault.begin();
    await said({ Records: ['unfinished'], failures: [{ itemIdentifier: '1' }] });
    await said({ Records: ['finished'] });
    host.look({ began: ({ payload }) => void delivered.push(payload) });
    await expect.poll(() => delivered.length).toBeGreaterThan(2);
    await fault.end();
    expect(new Set(delivered)).toEqual(new Set([{ Records: ['finished'] }]));
    expect(fault.counts?.()[0]?.count).toBe(delivered.length);
  });
});
