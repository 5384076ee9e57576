import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CreateRegistryCommand, CreateSchemaCommand, GlueClient } from '@aws-sdk/client-glue';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readReadinessConfig } from '../../../lambdas/operations/readiness/config.ts';
import { connect } from '../../../lambdas/operations/readiness/dependencies.ts';
import { checkReadiness, type Readiness } from '../../../lambdas/operations/readiness/readiness.ts';
import { createMetricsStore } from '../../../local/services/cloudwatch/metrics-store.ts';
import { startCloudWatch } from '../../../local/services/cloudwatch/start-cloudwatch.ts';
import { startGlue } from '../../../local/services/glue/start-glue.ts';
import { startLambda } from '../../../local/services/lambda/start-lambda.ts';
import { Teardown } from '../../../local/teardown.ts';
import type { KinesisMapping } from '../../../local/world.ts';
import {
  functionsInMemory,
  pollersInMemory,
  queuePollersInMemory,
  temporaryFolder,
} from '../../local/support/test-world.ts';
import { startAwsServices } from '../../support/aws-services.ts';
import { startJsonService } from '../../support/json-service.ts';

const teardown = new Teardown();
const metrics = createMetricsStore();
const pollers = pollersInMemory();
const own = { ...process.env };
const endpoints: Record<string, string> = {};
let environment: Record<string, string>;

const functionName = 'millrace-test-enrichment-market';
const mapping = {
  uuid: 'u1',
  functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
  streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-test-market',
  enabled: true,
  batchSize: 500,
  batchingWindowMs: 0,
  maxAgeMs: -1,
} as KinesisMapping;

/** Takes connections and says nothing. */
const startSilent = async (): Promise<string> => {
  const server: Server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  teardown.add(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  const folder = await temporaryFolder();
  teardown.add(() => folder.remove());
  const services = await startAwsServices();
  teardown.add(() => services.stop());
  const [glue, cloudwatch, lambda] = await Promise.all([
    startGlue({ dataDir: folder.path }),
    startCloudWatch({ metrics }),
    startLambda({ functions: functionsInMemory(), pollers, queuePollers: queuePollersInMemory() }),
  ]);
  teardown.add(() => Promise.all([glue, cloudwatch, lambda].map((service) => service.stop())));
  pollers.add(mapping);

  const of = async (client: { config: { endpoint?: unknown } }): Promise<string> => {
    const { hostname, port } = await (client.config.endpoint as () => Promise<{ hostname: string; port: number }>)();
    return `http://${hostname}:${port}`;
  };
  Object.assign(endpoints, {
    DYNAMODB: await of(services.dynamodb),
    SQS: await of(services.sqs),
    S3: await of(services.s3),
    GLUE: glue.endpoint,
    CLOUDWATCH: cloudwatch.endpoint,
    LAMBDA: lambda.endpoint,
  });
  const client = new GlueClient({
    endpoint: glue.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  teardown.add(() => client.destroy());
  await client.send(new CreateRegistryCommand({ RegistryName: 'millrace-test' }));
  const { SchemaVersionId } = await client.send(
    new CreateSchemaCommand({
      RegistryId: { RegistryName: 'millrace-test' },
      SchemaName: 'market-quote',
      DataFormat: 'AVRO',
      Compatibility: 'BACKWARD',
      SchemaDefinition: '{"type":"record","name":"Quote","fields":[]}',
    }),
  );
  environment = {
    AWS_REGION: 'eu-west-1',
    DATABASE_HOST: '127.0.0.1',
    DATABASE_PORT: '1',
    DATABASE_NAME: 'millrace',
    DATABASE_USER: 'operations_readiness',
    PROBE_KEY: 'probe',
    TABLES: 'entity-state:entity:subject,idempotency:id',
    // The host in the emulator's URL has no address.
    QUEUE_URLS: services.queueUrl.replace(/^http:\/\/[^/]+/, endpoints['SQS'] ?? ''),
    BUCKETS: 'dead-letters',
    SCHEMA_REGISTRY: 'millrace-test',
    SCHEMA_IDS: `market-quote:1=${SchemaVersionId}`,
    SOURCES: JSON.stringify([
      { source: 'market', functionName, streamName: 'millrace-test-market', maxLagSeconds: 60 },
    ]),
  };
});
afterEach(() => {
  process.env = { ...own };
});
afterAll(() => teardown.run());

/** With the database aside: it takes a certificate that only a process of its own trusts (check-readiness.local.test.ts). */
const check = async (
  settings: Record<string, string> = {},
  elsewhere: Record<string, string> = {},
): Promise<Pick<Readiness, 'dependencies' | 'sources'>> => {
  Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  for (const [service, url] of Object.entries({ ...endpoints, ...elsewhere })) {
    process.env[`AWS_ENDPOINT_URL_${service}`] = url;
  }
  const { dependencies, sources } = await checkReadiness(connect(readReadinessConfig({ ...environment, ...settings })));
  return { dependencies: dependencies.filter(({ kind }) => kind !== 'database'), sources };
};

const problems = ({ dependencies, sources }: Awaited<ReturnType<typeof check>>): string[] => [
  ...dependencies.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name} ${problem}`])),
  ...sources.flatMap(({ source, problem }) => (problem === undefined ? [] : [`${source}: ${problem}`])),
];

describe('the dependencies of readiness', () => {
  it('are each used for real, and a database that nobody answers for is told', async () => {
    const { dependencies, sources } = await check();
    expect(dependencies.map(({ name, kind, ok }) => [name, kind, ok])).toEqual([
      ['entity-state', 'table', true],
      ['idempotency', 'table', true],
      ['parked', 'queue', true],
      ['millrace-test', 'registry', true],
      ['dead-letters', 'bucket', true],
    ]);
    expect(sources).toEqual([{ source: 'market', ok: true, lagMs: 'no records', maxLagSeconds: 60 }]);
    const [database] = (await checkReadiness(connect(readReadinessConfig(environment)))).dependencies;
    expect(database).toMatchObject({ name: 'millrace', kind: 'database', ok: false });
    expect(database?.problem).toMatch(/^cannot be reached \(ECONNREFUSED\)/);
  });

  it.each([
    [{ TABLES: 'gone:id,idempotency:id' }, 'gone is not there (ResourceNotFoundException)'],
    [{ TABLES: 'entity-state:entity:subject,idempotency:wrong' }, 'idempotency failed (ValidationException, HTTP 400)'],
    [{ BUCKETS: 'gone' }, 'gone is not there (NotFound)'],
    [
      { SCHEMA_IDS: 'market-quote:1=00000000-0000-4000-8000-000000000000' },
      'millrace-test is not there (EntityNotFoundException)',
    ],
  ])('fail alone where %j is wrong', async (settings, problem) => {
    const answer = await check(settings);
    expect(problems(answer)).toEqual([expect.stringContaining(problem)]);
  });

  it('name a queue that is gone', async () => {
    const answer = await check({ QUEUE_URLS: `${environment['QUEUE_URLS']},${environment['QUEUE_URLS']}-gone` });
    expect(problems(answer)).toEqual([expect.stringMatching(/^parked-gone is not there \(/)]);
  });

  it.each([
    ['PENDING', 'millrace-test has a version still pending: wait for it'],
    ['FAILURE', 'millrace-test has no available version of a deployed schema: deploy the foundation again'],
  ])('fail where the registry has a schema that is %s', async (Status, problem) => {
    const glue = await startJsonService(() => ({ body: { Status } }));
    expect(problems(await check({}, { GLUE: glue.endpoint }))).toEqual([problem]);
    await glue.stop();
  });

  it('that hang cost their own time only, and what hangs is named', async () => {
    const silent = await startSilent();
    const startedAt = performance.now();
    const answer = await check({}, { DYNAMODB: silent, CLOUDWATCH: silent });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(problems(answer)).toEqual([
      expect.stringMatching(/^entity-state gave no answer within 2\.5 s/),
      expect.stringMatching(/^idempotency gave no answer within 2\.5 s/),
      expect.stringMatching(/^market: its lag is not known: gave no answer within 2\.5 s/),
    ]);
  }, 10_000);
});

describe('the lag of a source, as AWS tells it', () => {
  const age = (ms: number): void =>
    metrics.put('AWS/Lambda', { FunctionName: functionName }, 'IteratorAge', ms, 'Milliseconds', Date.now());

  it('is not ready when its mapping is off', async () => {
    pollers.setEnabled('u1', false);
    expect(problems(await check())).toEqual([expect.stringContaining('market: its mapping is Disabled')]);
    pollers.setEnabled('u1', true);
  });

  it('is that of its own function, and minutes without arrivals count for nothing', async () => {
    pollers.add({ ...mapping, uuid: 'u2', functionArn: `${mapping.functionArn}-other`, enabled: false });
    metrics.put('AWS/Kinesis', { StreamName: 'millrace-test-market' }, 'IncomingRecords', 0, 'Count', Date.now() - 6e5);
    expect((await check()).sources).toEqual([{ source: 'market', ok: true, lagMs: 'no records', maxLagSeconds: 60 }]);
  });

  it('is not ready when records arrived and none was handed to its function', async () => {
    const tenMinutesAgo = Date.now() - 600_000;
    metrics.put('AWS/Kinesis', { StreamName: 'millrace-test-market' }, 'IncomingRecords', 5, 'Count', tenMinutesAgo);
    expect(problems(await check())).toEqual([expect.stringContaining('were not handed to its function')]);
  });

  it('is that of what is handed to its function, also where that crashes before it can report', async () => {
    age(900);
    expect((await check()).sources).toEqual([{ source: 'market', ok: true, lagMs: 900, maxLagSeconds: 60 }]);
    age(61_000);
    expect(problems(await check())).toEqual([
      'market: it is 61 s behind, 60 s are allowed: see docs/runbooks/enrichment-lag.md',
    ]);
  });
});

describe('the settings of readiness', () => {
  it.each([
    ['TABLES', 'no-key', 'TABLES is wrong (must be table:key[:key],…)'],
    ['SOURCES', 'market', 'SOURCES is wrong (must be a JSON list of sources, see WatchedSource)'],
    ['SOURCES', '[{"source":"market"}]', 'SOURCES is wrong'],
    ['SCHEMA_IDS', 'market', 'SCHEMA_IDS is wrong (must be subject:version=uuid,…)'],
    ['QUEUE_URLS', '', 'QUEUE_URLS is wrong'],
  ])('are refused where %s is "%s"', (name, value, message) => {
    expect(() => readReadinessConfig({ ...environment, [name]: value })).toThrow(message);
  });
});
