import { CreateStreamCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { HeldSource } from '../../../lambdas/operations/holds/config.ts';
import { createHeldRecordsStore } from '../../../lambdas/operations/holds/held-records-store.ts';
import { keepHolds } from '../../../lambdas/operations/holds/keep-holds.ts';
import { lookAtSource } from '../../../lambdas/operations/holds/look-at-source.ts';
import { createMappingStore } from '../../../lambdas/operations/holds/mapping-store.ts';
import { createProbeStore } from '../../../lambdas/operations/holds/probe-store.ts';
import { createHoldStore } from '../../../lambdas/shared/holds/hold-store.ts';
import type { HeldFrom, HoldCause } from '../../../lambdas/shared/holds/hold.ts';
import type { ProbeAnswer, ProbeEvent } from '../../../lambdas/shared/holds/probe.ts';
import type { Telemetry } from '../../../lambdas/shared/telemetry/batch-telemetry.ts';
import { createClients } from '../../../local/resources/clients.ts';
import { startLambda } from '../../../local/services/lambda/start-lambda.ts';
import type { KinesisMapping } from '../../../local/world.ts';
import { startTestWorld } from '../../local/support/test-world.ts';

export const well: ProbeAnswer = {
  dependencies: { store: 'ok', 'entity-state': 'ok', 'parked-queue': 'ok', registry: 'ok' },
  records: { valid: 1, waiting: 0, rejected: {} },
  halted: null,
};

/** What a keeper counted and said. */
const listening = () => {
  const counted: string[] = [];
  const said: string[] = [];
  const telemetryOf = (source: string): Telemetry => ({
    count: (metric, value) => void counted.push(`${source} ${metric} ${value}`),
    countByReason: (metric, reason, value) => void counted.push(`${source} ${metric} ${reason} ${value}`),
    duration: () => {},
    info: (message) => void said.push(`${source} ${message}`),
    warn: (message) => void said.push(`${source} ${message}`),
    error: (message) => void said.push(`${source} ${message}`),
    publish: () => {},
  });
  return { counted, said, telemetryOf };
};

/**
 * A keeper over a real table, a real stream and the local Lambda API; what the enrichment functions answer to a probe is
 * the test's. Its clock goes on only while the keeper sleeps.
 */
export const startKeeperWorld = async (env = 'test') => {
  const table = `millrace-${env}-controls`;
  const behaviour: {
    probe: (event: ProbeEvent) => unknown;
    keeper: (event: unknown) => unknown;
    meanwhile: () => Promise<unknown>;
  } = {
    probe: () => well,
    keeper: () => {
      throw new Error('no keeper is deployed');
    },
    meanwhile: () => Promise.resolve(),
  };
  const keeperName = `millrace-${env}-operations-keep-holds`;
  const { world, functions, stop } = await startTestWorld(
    (name) => (payload) => (name === keeperName ? behaviour.keeper(payload) : behaviour.probe(payload as ProbeEvent)),
  );
  const lambda = await startLambda(world);
  const clients = createClients(world.endpoints, world.region);
  const api = new LambdaClient({
    region: world.region,
    endpoint: lambda.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  await clients.dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await clients.kinesis.send(new CreateStreamCommand({ StreamName: 'held', ShardCount: 1 }));
  const holds = createHoldStore(clients.dynamodb, table);
  functions.define({ name: keeperName, arn: `arn:aws:lambda:eu-west-1:000000000000:function:${keeperName}` } as never);
  let clock = Date.UTC(2026, 10, 21, 12);

  const addSource = (source: string): HeldSource => {
    const functionName = `millrace-${env}-enrichment-${source}`;
    const functionArn = `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`;
    const streamArn = 'arn:aws:kinesis:eu-west-1:000000000000:stream/held';
    functions.define({ name: functionName, arn: functionArn } as never);
    world.pollers.add({ uuid: source, functionArn, streamArn, enabled: true, maxAgeMs: 1_000 } as KinesisMapping);
    return { source, functionName, streamName: 'held', streamArn };
  };

  const keeper = (...sources: HeldSource[]) => {
    const { counted, said, telemetryOf } = listening();
    const keep = keepHolds({
      sources,
      look: lookAtSource({
        holds,
        mappings: createMappingStore(api),
        records: createHeldRecordsStore(clients.kinesis, world.region),
        probes: createProbeStore(api),
        by: keeperName,
        now: () => clock,
      }),
      telemetryOf,
      now: () => clock,
      sleep: async (ms) => {
        clock += ms;
        await behaviour.meanwhile();
      },
    });
    return { keep, counted, said };
  };

  return {
    behaviour,
    functions,
    holds,
    /** As a function would: each cause with a reason that it can have. */
    place: (source: string, cause: HoldCause, from: HeldFrom) =>
      holds.place({
        source,
        cause,
        reason: cause === 'outage' ? 'store' : cause === 'rejects' ? 'undecodable' : cause,
        why: 'a test',
        by: 'test',
        from,
        at: new Date(clock).toISOString(),
      }),
    addSource,
    keeper,
    isEnabled: (source: string) => world.pollers.list().find(({ uuid }) => uuid === source)?.enabled,
    setEnabled: (source: string, enabled: boolean) => world.pollers.setEnabled(source, enabled),
    elapsed: () => clock,
    at: () => new Date(clock).toISOString(),
    put: async (...texts: readonly (string | Buffer)[]): Promise<{ shard: string; numbers: string[] }> => {
      const { Records = [] } = await clients.kinesis.send(
        new PutRecordsCommand({
          StreamName: 'held',
          Records: texts.map((text) => ({ Data: Buffer.from(text), PartitionKey: 'p' })),
        }),
      );
      return { shard: Records[0]?.ShardId ?? '', numbers: Records.map(({ SequenceNumber = '' }) => SequenceNumber) };
    },
    clients,
    table,
    /** For a program that finds AWS by its shell's environment. */
    shell: {
      AWS_REGION: world.region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_LAMBDA: lambda.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: world.endpoints.dynamodb,
    },
    stop: async () => {
      api.destroy();
      clients.destroy();
      await lambda.stop();
      await stop();
    },
  };
};
