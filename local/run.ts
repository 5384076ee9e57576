import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAssembly } from './cloud-assembly.ts';
import { createClients } from './resources/clients.ts';
import { functionEnvironment } from './runtime/function-environment.ts';
import { startProxies, type Proxied, type Proxies } from './faults/proxy/start-proxies.ts';
import { createFunctionHost, type RunningFunctions } from './runtime/function-host.ts';
import { createPollerHost } from './runtime/poller/poller-host.ts';
import { createQueuePollerHost } from './runtime/queue-poller/queue-poller-host.ts';
import { createBucketNotifier } from './services/bucket-notifications/bucket-notifier.ts';
import { createMetricsStore } from './services/cloudwatch/metrics-store.ts';
import { startServices, type Services } from './services/start-services.ts';
import { startCloudWatch } from './services/cloudwatch/start-cloudwatch.ts';
import { createHttpApis } from './services/http-api/start-http-apis.ts';
import { startLambda } from './services/lambda/start-lambda.ts';
import { startScheduler } from './services/scheduler/start-scheduler.ts';
import { deployAssembly, type Deployed } from './template/deploy-assembly.ts';
import { Teardown } from './teardown.ts';
import type { Endpoints, LocalWorld } from './world.ts';

export interface LocalOptions {
  /** A synthesized cloud assembly: `cdk.out`. */
  readonly assemblyDir: string;
  /** Everything the run keeps; the next run over the same folder goes on where this one stopped. */
  readonly dataDir: string;
  readonly progress: (line: string) => void;
  /** Ends the start early; what was started by then is stopped. */
  readonly signal?: AbortSignal;
  /** @default one that the system hands out */
  readonly postgresPort?: number;
  /** In front of what a proxy is to stand, for faults that need it. @default nothing */
  readonly proxied?: readonly Proxied[];
}

export interface LocalRun {
  readonly world: LocalWorld;
  readonly deployed: Deployed;
  /** What can be taken away and brought back while it runs. */
  readonly takeable: Services['takeable'];
  readonly proxies: Proxies;
  readonly functions: RunningFunctions;
  /** Stops everything, in the order in which it depends on each other; calling it again waits for the first call. */
  stop(): Promise<void>;
  /** Resolves when a service ended that nobody stopped or took away, or does not come back; the run is of no use then, and has to be stopped. */
  readonly failed: Promise<Error>;
}

const region = 'eu-west-1';

/** A deploy waits for its triggers, which may take minutes: the signal ends the wait, and the teardown what was waited for. */
const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return work;
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([work, aborted]);
};

/**
 * Runs a synthesized assembly on this machine: starts the services, deploys the stacks into them, and keeps the
 * functions fed. Leaves no process behind when it fails.
 */
export const startLocal = async (options: LocalOptions): Promise<LocalRun> => {
  const teardown = new Teardown();
  try {
    return await start(options, teardown);
  } catch (error) {
    await teardown.run().catch((stopping: unknown) => {
      throw new AggregateError([error, stopping], `${String(error)}; and then ${String(stopping)}`, { cause: error });
    });
    throw error;
  }
};

const start = async (
  { assemblyDir, dataDir, progress, signal, postgresPort, proxied = [] }: LocalOptions,
  teardown: Teardown,
): Promise<LocalRun> => {
  await mkdir(dataDir, { recursive: true });
  if (process.getuid?.() === 0) await chmod(dataDir, 0o755); // as root, PostgreSQL runs as another user and must walk in
  const assembly = await readAssembly(assemblyDir);
  signal?.throwIfAborted();

  const services = await startServices(
    { dataDir, progress, ...(postgresPort === undefined ? {} : { postgresPort }) },
    teardown,
  );
  signal?.throwIfAborted();

  const metrics = createMetricsStore();
  // Functions are told every endpoint when they start, and these three services need the functions first.
  const fronted = await startProxies(proxied, services.endpoints, services.postgres, teardown);
  const endpoints: Endpoints = {
    ...services.endpoints,
    ...fronted.endpoints,
    scheduler: '',
    monitoring: '',
    lambda: '',
  };
  const clients = createClients(endpoints, region);
  teardown.add(() => clients.destroy());
  const functions = createFunctionHost({
    metrics,
    logDir: join(dataDir, 'logs'),
    environment: (spec) => functionEnvironment(spec, endpoints, { region, caFile: services.postgres.caFile }),
  });
  teardown.add(() => functions.stop());
  const pollers = createPollerHost({
    kinesis: clients.kinesis,
    s3: clients.s3,
    functions,
    metrics,
    region,
    dataDir,
    complain: progress,
  });
  const queuePollers = createQueuePollerHost({
    sqs: clients.sqs,
    endpoint: endpoints.sqs,
    functions,
    metrics,
    region,
    complain: progress,
  });
  const notifier = createBucketNotifier({
    s3: clients.s3,
    sqs: clients.sqs,
    sqsEndpoint: endpoints.sqs,
    region,
    dataDir,
    complain: progress,
  });
  const abandon = (): Promise<void> => functions.stop();
  teardown.add(() => Promise.all([pollers.stop(abandon), queuePollers.stop(abandon), notifier.stop()]));
  const scheduler = await startScheduler({ functions, progress });
  teardown.add(() => scheduler.stop());
  const [monitoring, lambda] = await Promise.all([
    startCloudWatch({ metrics }),
    startLambda({ functions, pollers, queuePollers }),
  ]);
  teardown.add(() => Promise.all([monitoring.stop(), lambda.stop()]));
  const httpApis = createHttpApis(
    { functions, verify: (token, expected) => services.issuer.verify(token, expected), now: Date.now },
    progress,
  );
  teardown.add(() => httpApis.stop());
  Object.assign(endpoints, { scheduler: scheduler.endpoint, monitoring: monitoring.endpoint, lambda: lambda.endpoint });

  const world: LocalWorld = {
    region,
    accountId: '000000000000',
    dataDir,
    progress,
    endpoints,
    postgres: fronted.postgres,
    functions,
    pollers,
    queuePollers,
    notifier,
    events: services.events,
    issuer: services.issuer,
    metrics,
    httpApis,
  };
  signal?.throwIfAborted();
  const deployed = await unlessAborted(deployAssembly(assembly, world), signal);
  signal?.throwIfAborted();
  await Promise.all([pollers.start(), notifier.start()]);
  queuePollers.start();
  scheduler.beginFiring();
  const { takeable, failed } = services;
  const { proxies } = fronted;
  return { world, deployed, takeable, proxies, functions, failed, stop: () => teardown.run() };
};
