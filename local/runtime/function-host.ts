import { randomUUID } from 'node:crypto';
import type { MetricsStore } from '../services/cloudwatch/metrics-store.ts';
import type { FunctionHost, FunctionSpec, InvokeResult } from '../world.ts';
import { openFunctionLogs } from './function-log.ts';
import { startInstance, type Instance } from './instance.ts';

export interface FunctionHostOptions {
  readonly environment: (spec: FunctionSpec) => Readonly<Record<string, string>>;
  readonly metrics: MetricsStore;
  readonly logDir: string;
}

export interface RunningFunctions extends FunctionHost {
  stop(): Promise<void>;
}

interface Deployed {
  readonly spec: FunctionSpec;
  readonly idle: Instance[];
  /** Those that are starting, too: a stop must find them. */
  readonly all: Set<Instance>;
  /** Invocations that wait for an instance; Lambda would throttle them. */
  readonly waiting: (() => void)[];
}

/** Where the template reserves nothing: enough for a laptop. */
const defaultConcurrency = 10;

/** Runs functions as Lambda does: an instance an invocation at a time, kept warm, as many as are reserved. */
export const createFunctionHost = ({ environment, metrics, logDir }: FunctionHostOptions): RunningFunctions => {
  const functions = new Map<string, Deployed>();
  const logs = openFunctionLogs(logDir);
  let stopped = false;

  /** By name, by ARN, or by the ARN of a version. */
  const find = (nameOrArn: string): Deployed | undefined => {
    const name = nameOrArn.startsWith('arn:') ? nameOrArn.split(':')[6] : nameOrArn;
    return functions.get(name ?? '');
  };

  const acquire = async (deployed: Deployed): Promise<Instance> => {
    const { spec, idle, all, waiting } = deployed;
    for (;;) {
      if (stopped) throw new Error(`${spec.name}: the platform is stopping`);
      const warm = idle.pop();
      if (warm?.alive()) return warm;
      if (warm) {
        all.delete(warm);
        continue;
      }
      if (all.size < (spec.reservedConcurrency ?? defaultConcurrency)) break;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    const instance = startInstance({
      spec,
      environment: environment(spec),
      onLine: (line) => {
        logs.write(spec.name, line);
        metrics.ingest(line);
      },
    });
    all.add(instance);
    try {
      await instance.ready;
    } catch (error) {
      all.delete(instance);
      throw error;
    }
    return instance;
  };

  const release = ({ idle, all, waiting }: Deployed, instance: Instance): void => {
    if (instance.alive()) idle.push(instance);
    else all.delete(instance);
    waiting.shift()?.();
  };

  const measure = (name: string, startedAt: number, failed: boolean): void => {
    const put = (metric: string, value: number, unit: string): void =>
      metrics.put('AWS/Lambda', { FunctionName: name }, metric, value, unit, Date.now());
    put('Invocations', 1, 'Count');
    put('Errors', failed ? 1 : 0, 'Count');
    put('Duration', performance.now() - startedAt, 'Milliseconds');
  };

  const invoke = async (nameOrArn: string, payload: unknown): Promise<InvokeResult> => {
    const deployed = find(nameOrArn);
    const requestId = randomUUID();
    if (!deployed) throw new Error(`there is no function ${nameOrArn}`);
    let instance: Instance;
    try {
      instance = await acquire(deployed);
    } catch (error) {
      deployed.waiting.shift()?.();
      measure(deployed.spec.name, performance.now(), true);
      const message = error instanceof Error ? error.message : String(error);
      return { error: 'Unhandled', kind: 'thrown', message, requestId };
    }
    const startedAt = performance.now();
    const result = await instance.invoke(JSON.stringify(payload), requestId);
    if ('error' in result) logs.write(deployed.spec.name, `${requestId} ${result.kind}: ${result.message}`);
    measure(deployed.spec.name, startedAt, 'error' in result);
    release(deployed, instance);
    return result;
  };

  return {
    define: (spec) => {
      functions.set(spec.name, { spec, idle: [], all: new Set(), waiting: [] });
    },
    get: (nameOrArn) => find(nameOrArn)?.spec,
    invoke,
    kill: (nameOrArn) => {
      const busy = [...(find(nameOrArn)?.all ?? [])];
      for (const instance of busy) void instance.kill();
      return busy.length;
    },
    instances: (nameOrArn) =>
      [...(find(nameOrArn)?.all ?? [])].map(({ initMs, peakRssMb }) => ({ initMs: initMs(), peakRssMb: peakRssMb() })),
    stop: async () => {
      stopped = true;
      const all = [...functions.values()].flatMap(({ all, waiting }) => {
        for (const resume of waiting.splice(0)) resume();
        return [...all];
      });
      await Promise.all(all.map((instance) => instance.kill()));
      logs.close();
    },
  };
};
