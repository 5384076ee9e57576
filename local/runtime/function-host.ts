import { randomUUID } from 'node:crypto';
import type { MetricsStore } from '../services/cloudwatch/metrics-store.ts';
import type { FunctionHost, FunctionResult, FunctionSpec, InvokeResult } from '../world.ts';
import { openFunctionLogs } from './function-log.ts';
import { startInstance, type Instance } from './instance.ts';

export interface FunctionHostOptions {
  readonly environment: (spec: FunctionSpec) => Readonly<Record<string, string>>;
  readonly metrics: MetricsStore;
  readonly logDir: string;
}

/** One invocation, as an onlooker sees it who may disturb it. */
export interface Invocation {
  readonly functionName: string;
  readonly payload: unknown;
  /** SIGKILL to the process that has it. */
  readonly kill: () => void;
  /** Has the process hold so much memory more from now on. */
  readonly allocate: (mb: number) => void;
}

export interface Onlooker {
  readonly began?: (invocation: Invocation) => void;
  readonly ended?: (invocation: Invocation, result: FunctionResult) => void;
}

/** Variables of one more instance, over those of the template. */
export type Overlay = () => Readonly<Record<string, string>>;

export interface RunningFunctions extends FunctionHost {
  stop(): Promise<void>;
  /** Kills one instance as a crash would. @returns the name of its function; undefined where there is no such instance */
  killInstance(id: string): string | undefined;
  /**
   * As `UpdateFunctionConfiguration`: new instances have it, and those that are there end with what they are doing.
   * @returns undoes it, in the same way
   */
  reconfigure(nameOrArn: string, overlay: Overlay): () => void;
  /** @returns ends it */
  look(onlooker: Onlooker): () => void;
  /** Of the instances that are there now; resident memory in MB, now and at its most. */
  sizes(): readonly { readonly functionName: string; readonly rssMb: number; readonly peakRssMb: number }[];
}

interface Deployed {
  readonly spec: FunctionSpec;
  /** Newest last: what is there twice is the newest's. */
  readonly overlays: Overlay[];
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
  const onlookers = new Set<Onlooker>();
  /** Those whose function was configured anew since they started. */
  const retired = new WeakSet<Instance>();
  let stopped = false;

  /** By name, by ARN, or by the ARN of a version. */
  const find = (nameOrArn: string): Deployed | undefined => {
    const name = nameOrArn.startsWith('arn:') ? nameOrArn.split(':')[6] : nameOrArn;
    return functions.get(name ?? '');
  };

  /** @returns undefined where all that may run at once is busy */
  const acquire = async (deployed: Deployed): Promise<Instance | undefined> => {
    const { spec, overlays, idle, all } = deployed;
    if (stopped) throw new Error(`${spec.name}: the platform is stopping`);
    for (let warm = idle.pop(); warm; warm = idle.pop()) {
      if (warm.alive()) return warm;
      all.delete(warm);
    }
    if (all.size >= (spec.reservedConcurrency ?? defaultConcurrency)) return undefined;
    // Short: Powertools writes its own name behind it, and the SDK takes fifty characters.
    const id = randomUUID().slice(-12);
    const instance = startInstance({
      id,
      spec,
      environment: {
        ...environment(spec),
        ...Object.assign({}, ...overlays.map((overlay) => overlay())),
        // So that a request, and a session of the database, can be traced to the process it came from.
        AWS_SDK_UA_APP_ID: id,
        PGAPPNAME: id,
      },
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
    if (!retired.has(instance)) return instance;
    // Configured anew while it started: nothing may be done with the old settings any more.
    all.delete(instance);
    void instance.kill();
    return acquire(deployed);
  };

  const release = ({ idle, all }: Deployed, instance: Instance): void => {
    if (instance.alive() && !retired.has(instance)) idle.push(instance);
    else {
      all.delete(instance);
      void instance.kill(); // where it is gone already this does nothing
    }
  };

  const replaceInstances = ({ idle, all }: Deployed): void => {
    for (const instance of all) retired.add(instance);
    for (const instance of idle.splice(0)) {
      all.delete(instance);
      void instance.kill();
    }
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
    const { kill, allocate } = instance;
    const invocation: Invocation = { functionName: name, payload, kill: () => void kill(), allocate };
    const invoked = instance.invoke(JSON.stringify(payload), requestId);
    for (const { began } of onlookers) began?.(invocation);
    const result = await invoked;
    for (const { ended } of onlookers) ended?.(invocation, result);
    if ('error' in result) logs.write(name, `${requestId} ${result.kind}: ${result.message}`);
    measure(name, startedAt, 'error' in result);
    release(deployed, instance);
    return result;
  };

  return {
    define: (spec) => {
      functions.set(spec.name, { spec, overlays: [], idle: [], all: new Set() });
    },
    get: (nameOrArn) => find(nameOrArn)?.spec,
    invoke,
    killInstance: (id) => {
      for (const { spec, all } of functions.values()) {
        const instance = [...all].find((one) => one.id === id && one.alive());
        if (!instance) continue;
        void instance.kill();
        return spec.name;
      }
      return undefined;
    },
    reconfigure: (nameOrArn, overlay) => {
      const deployed = find(nameOrArn);
      if (!deployed) throw new Error(`there is no function ${nameOrArn}`);
      const { overlays } = deployed;
      overlays.push(overlay);
      replaceInstances(deployed);
      return () => {
        overlays.splice(overlays.indexOf(overlay), 1);
        replaceInstances(deployed);
      };
    },
    look: (onlooker) => {
      onlookers.add(onlooker);
      return () => void onlookers.delete(onlooker);
    },
    sizes: () =>
      [...functions.values()].flatMap(({ spec, all }) =>
        [...all].map(({ rssMb, peakRssMb }) => ({ functionName: spec.name, rssMb: rssMb(), peakRssMb: peakRssMb() })),
      ),
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
