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
}

/** Where the template reserves nothing: enough for a laptop. */
const defaultConcurrency = 10;

/** Runs functions as Lambda does: an instance an invocation at a time, kept warm, as many as are reserved; more are throttled. */
export const createFunctionHost = ({ environment, metrics, logDir }: FunctionHostOptions): RunningFunctions => {
  const functions = new Map<string, Deployed>();
  const logs = openFunctionLogs(logDir);
  let stopped = false;

  /** By name, by ARN, or by the ARN of a version. */
  const find = (nameOrArn: string): Deployed | undefined => {
    const name = nameOrArn.startsWith('arn:') ? nameOrArn.split(':')[6] : nameOrArn;
    return functions.get(name ?? '');
  };

  /** @returns undefined where all that may run at once is busy */
  const acquire = async ({ spec, idle, all }: Deployed): Promise<Instance | undefined> => {
    if (stopped) throw new Error(`${spec.name}: the platform is stopping`);
    for (let warm = idle.pop(); warm; warm = idle.pop()) {
      if (warm.alive()) return warm;
      all.delete(warm);
    }
    if (all.size >= (spec.reservedConcurrency ?? defaultConcurrency)) return undefined;
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

  const release = ({ idle, all }: Deployed, instance: Instance): void => {
    if (instance.alive()) idle.push(instance);
    else all.delete(instance);
  };

  const put = (name: string, metric: string, value: number, unit: string): void =>
    metrics.put('AWS/Lambda', { FunctionName: name }, metric, value, unit, Date.now());

  const measure = (name: string, startedAt: number, failed: boolean): void => {
    put(name, 'Invocations', 1, 'Count');
    put(name, 'Errors', failed ? 1 : 0, 'Count');
    put(name, 'Duration', performance.now() - startedAt, 'Milliseconds');
  };

  const invoke = async (nameOrArn: string, payload: unknown): Promise<InvokeResult> => {
    const deployed = find(nameOrArn);
    const requestId = randomUUID();
    if (!deployed) throw new Error(`there is no function ${nameOrArn}`);
    const { name } = deployed.spec;
    let instance: Instance | undefined;
    try {
      instance = await acquire(deployed);
    } catch (error) {
      measure(name, performance.now(), true);
      const message = error instanceof Error ? error.message : String(error);
      return { error: 'Unhandled', kind: 'thrown', message, requestId };
    }
    if (!instance) {
      // Neither an invocation nor an error (LDG, "Types of metrics for Lambda functions").
      put(name, 'Throttles', 1, 'Count');
      return { throttled: `${name} has no more concurrency than ${deployed.all.size}` };
    }
    const startedAt = performance.now();
    const result = await instance.invoke(JSON.stringify(payload), requestId);
    if ('error' in result) logs.write(name, `${requestId} ${result.kind}: ${result.message}`);
    measure(name, startedAt, 'error' in result);
    release(deployed, instance);
    return result;
  };

  return {
    define: (spec) => {
      functions.set(spec.name, { spec, idle: [], all: new Set() });
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
      const all = [...functions.values()].flatMap(({ all }) => [...all]);
      await Promise.all(all.map((instance) => instance.kill()));
      logs.close();
    },
  };
};
