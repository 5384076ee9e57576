import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import { createHttpApis } from '../../../local/services/http-api/start-http-apis.ts';
import { startGlue } from '../../../local/services/glue/start-glue.ts';
import { startIssuer } from '../../../local/services/oidc/start-issuer.ts';
import { startScheduler } from '../../../local/services/scheduler/start-scheduler.ts';
import { startSecretsManager } from '../../../local/services/secrets-manager/start-secrets-manager.ts';
import type {
  FunctionHost,
  FunctionSpec,
  BucketNotification,
  EventsHost,
  KinesisMapping,
  LocalWorld,
  PollerHost,
  QueueMapping,
  QueuePollerHost,
} from '../../../local/world.ts';

const require = createRequire(import.meta.url);

/** A folder that is thrown away with `remove`. */
export const temporaryFolder = async (): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'millrace-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** What a function of a test answers; the default answers with what it was given. */
export type Behaviour = (payload: unknown) => unknown;

/** Runs functions inside the test: what they do is a plain function of the test's own. */
export const functionsInMemory = (
  behaviour: (name: string) => Behaviour = () => (payload) => payload,
): FunctionHost & { readonly invoked: { name: string; payload: unknown }[] } => {
  const specs = new Map<string, FunctionSpec>();
  const invoked: { name: string; payload: unknown }[] = [];
  const get = (nameOrArn: string): FunctionSpec | undefined =>
    specs.get(nameOrArn) ?? [...specs.values()].find(({ arn }) => arn === nameOrArn);
  return {
    invoked,
    get,
    define: (spec) => void specs.set(spec.name, spec),
    kill: () => 0,
    instances: () => [],
    async invoke(nameOrArn, payload) {
      const name = get(nameOrArn)?.name ?? nameOrArn;
      invoked.push({ name, payload });
      try {
        return { payload: await behaviour(name)(payload), requestId: 'test' };
      } catch (error) {
        return { error: 'Unhandled', message: (error as Error).message, kind: 'thrown', requestId: 'test' };
      }
    },
  };
};

/** Keeps mappings and polls nothing. */
export const pollersInMemory = (): PollerHost => {
  const mappings = new Map<string, KinesisMapping>();
  return {
    add: (mapping) => void mappings.set(mapping.uuid, mapping),
    list: () => [...mappings.values()],
    setEnabled(uuid, enabled) {
      const mapping = mappings.get(uuid);
      if (mapping) mappings.set(uuid, { ...mapping, enabled });
    },
    progress: () => [],
    onBatch: () => {},
  };
};

/** Keeps mappings and polls nothing. */
export const queuePollersInMemory = (): QueuePollerHost => {
  const mappings = new Map<string, QueueMapping>();
  return {
    add: (mapping) => void mappings.set(mapping.uuid, mapping),
    list: () => [...mappings.values()],
    setEnabled(uuid, enabled) {
      const mapping = mappings.get(uuid);
      if (mapping) mappings.set(uuid, { ...mapping, enabled });
    },
  };
};

/** Keeps an API and its namespaces, and serves nothing. */
const eventsInMemory = (): EventsHost & { readonly deployed: unknown[] } => {
  const deployed: unknown[] = [];
  return {
    deployed,
    plainEndpoint: 'http://127.0.0.1:1',
    define: async (api) => {
      deployed.push(api);
      return { apiId: 'api', httpDns: 'localhost:1', realtimeDns: 'localhost:1' };
    },
    addNamespace: async (apiId, namespace) => void deployed.push({ apiId, ...namespace }),
    fail: async () => {},
  };
};

export interface TestWorld {
  readonly events: { readonly deployed: readonly unknown[] };
  readonly notifications: BucketNotification[];
  readonly world: LocalWorld;
  readonly functions: ReturnType<typeof functionsInMemory>;
  readonly progress: string[];
  /** What only one run has is made anew: our own services start again over the same data folder. */
  readonly restart: () => Promise<TestWorld>;
  readonly stop: () => Promise<void>;
}

/** The services that hold data, without disks and without PostgreSQL. */
const startEmulators = async () => {
  const kinesis = (require('kinesalite') as (options: object) => Server)({ createStreamMs: 0 });
  const dynamodb = (require('dynalite') as (options: object) => Server)({ createTableMs: 0 });
  const fauxqs = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, defaultRegion: 'eu-west-1' });
  const rest = `http://127.0.0.1:${fauxqs.port}`;
  return {
    endpoints: { kinesis: await listen(kinesis), dynamodb: await listen(dynamodb), sqs: rest, s3: rest },
    stop: async (): Promise<void> => {
      await fauxqs.stop();
      for (const server of [kinesis, dynamodb]) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

type Emulators = Awaited<ReturnType<typeof startEmulators>>;

const startOver = async (
  emulators: Emulators,
  dataDir: string,
  behaviour: ((name: string) => Behaviour) | undefined,
): Promise<Omit<TestWorld, 'stop' | 'restart'> & { stopOwn: () => Promise<void> }> => {
  const functions = functionsInMemory(behaviour);
  const notifications: BucketNotification[] = [];
  const events = eventsInMemory();
  const progress: string[] = [];
  const say = (line: string): void => void progress.push(line);
  const own = await Promise.all([
    startGlue({ dataDir }),
    startSecretsManager({ dataDir }),
    startScheduler({ functions, progress: say }),
    startIssuer(),
  ]);
  const [glue, secrets, scheduler, issuer] = own;
  const httpApis = createHttpApis(
    { functions, verify: (token, expected) => issuer.verify(token, expected), now: Date.now },
    say,
  );
  const world: LocalWorld = {
    region: 'eu-west-1',
    accountId: '000000000000',
    dataDir,
    progress: say,
    endpoints: {
      ...emulators.endpoints,
      glue: glue.endpoint,
      secretsmanager: secrets.endpoint,
      scheduler: scheduler.endpoint,
      monitoring: 'http://127.0.0.1:1',
      lambda: 'http://127.0.0.1:1',
    },
    postgres: {
      host: '127.0.0.1',
      port: 5,
      caFile: 'none',
      serverMajor: 17,
      admin: () => Promise.reject(new Error('this world has no PostgreSQL')),
    },
    functions,
    pollers: pollersInMemory(),
    queuePollers: queuePollersInMemory(),
    notifier: { add: (notification) => void notifications.push(notification) },
    events,
    issuer,
    metrics: createMetricsStore(),
    httpApis,
  };
  return {
    world,
    functions,
    notifications,
    events,
    progress,
    stopOwn: async () => void (await Promise.all([...own, httpApis].map((service) => service.stop()))),
  };
};

/** A world with real services; functions run inside the test. */
export const startTestWorld = async (behaviour?: (name: string) => Behaviour): Promise<TestWorld> => {
  const folder = await temporaryFolder();
  const emulators = await startEmulators();
  const wrap = ({ stopOwn, ...parts }: Awaited<ReturnType<typeof startOver>>): TestWorld => ({
    ...parts,
    restart: async () => {
      await stopOwn();
      return wrap(await startOver(emulators, folder.path, behaviour));
    },
    stop: async () => {
      await stopOwn();
      await emulators.stop();
      await folder.remove();
    },
  });
  return wrap(await startOver(emulators, folder.path, behaviour));
};
