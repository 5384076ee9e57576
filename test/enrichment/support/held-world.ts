import { createServer, connect as connectTo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DeleteItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { createBreakers } from '../../../lambdas/enrichment/breakers.ts';
import type { EnrichmentDependencies } from '../../../lambdas/enrichment/dependencies.ts';
import { enrichEvents } from '../../../lambdas/enrichment/enrich-events.ts';
import { createEntityStateStore } from '../../../lambdas/enrichment/entity-state-store.ts';
import { createEventStore } from '../../../lambdas/enrichment/event-store.ts';
import { createMarkStore } from '../../../lambdas/enrichment/mark-store.ts';
import { createParkedStore } from '../../../lambdas/enrichment/parked-store.ts';
import { probeRecords } from '../../../lambdas/enrichment/probe-records.ts';
import { source as market } from '../../../lambdas/enrichment/sources/market.ts';
import { createVerdictStore } from '../../../lambdas/enrichment/verdict-store.ts';
import { createHoldStore } from '../../../lambdas/shared/holds/hold-store.ts';
import type { Database } from '../../../lambdas/shared/database/connection.ts';
import { createBreakerStore } from '../../../lambdas/shared/resilience/breaker-store.ts';
import { createDecoder } from '../../../lambdas/shared/serde/decoder.ts';
import type { Telemetry } from '../../../lambdas/shared/telemetry/batch-telemetry.ts';
import type { AwsServices } from '../../support/aws-services.ts';
import { schemaIds } from './market-stream.ts';

interface Instance {
  readonly aws: AwsServices;
  readonly database: Database;
  readonly deployment?: string;
  readonly holdAfterSeconds?: number;
  /** Of the table of controls. */
  readonly controls?: DynamoDBClient;
  readonly overrides?: Partial<EnrichmentDependencies>;
}

/** An instance of the function as it is deployed, but for where its connections come from. */
export const instanceOf = ({ aws, database, controls = aws.dynamodb, overrides, ...rest }: Instance) => {
  const counts: Record<string, number> = {};
  const count = (metric: string, value: number): void => void (counts[metric] = (counts[metric] ?? 0) + value);
  const nothing = (): void => {};
  const telemetry: Telemetry = {
    count,
    countByReason: (metric, reason, value) => count(`${metric}/${reason}`, value),
    duration: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    publish: nothing,
  };
  const names = {
    source: 'market',
    queueUrl: aws.queueUrl,
    bucket: 'dead-letters',
    idempotencyTable: 'idempotency',
    entityStateTable: 'entity-state',
  };
  const states = createBreakerStore(controls, 'controls');
  const breakers = createBreakers({ store: states, instance: crypto.randomUUID(), now: Date.now }, telemetry);
  const dependencies = {
    source: market,
    rules: { source: 'market', maxFutureSeconds: 60, horizonDays: undefined },
    decoder: createDecoder({
      subjects: ['market-quote'],
      schemaIds,
      registry: { find: () => Promise.resolve({ status: 'pending' }) },
      maxRecordBytes: 10_000,
      maxInflatedBytes: 40_000,
      now: Date.now,
    }),
    events: createEventStore(database, 'market', market.windowSpans),
    entityState: createEntityStateStore(aws.dynamodb, 'entity-state', 'market'),
    parked: createParkedStore(aws, breakers, names),
    wakes: { wake: () => Promise.resolve() },
    marks: createMarkStore({ ...aws, database }, names, Date.now),
    holds: createHoldStore(controls, 'controls'),
    verdicts: createVerdictStore(controls, 'controls'),
    breakers,
    deployment: 'as tested',
    holdAfterSeconds: 60,
    telemetry,
    now: Date.now,
    ...overrides,
    ...rest,
  } satisfies Parameters<typeof probeRecords>[0] & EnrichmentDependencies;
  return { enrich: enrichEvents(dependencies), probe: probeRecords(dependencies), counts };
};

/** Everything that functions agree on is forgotten. */
export const clearControls = async (client: DynamoDBClient): Promise<void> => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'controls' }));
  for (const { id } of Items) {
    if (id) await client.send(new DeleteItemCommand({ TableName: 'controls', Key: { id } }));
  }
};

/** Takes every message out of the parked queue. */
export const receiveAll = async ({ sqs, queueUrl }: AwsServices): Promise<Record<string, unknown>[]> => {
  const messages: Record<string, unknown>[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    if (Messages.length === 0) return messages;
    messages.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as Record<string, unknown>));
  }
};

/** The way to a server, which can be taken away and given back on the same port. */
export const wayTo = async (host: string, port: number) => {
  const open = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connectTo(port, host);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const listen = async (at: number): Promise<number> => {
    server.listen(at, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const own = await listen(0);
  return {
    port: own,
    takeAway: async (): Promise<void> => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
    giveBack: (): Promise<number> => listen(own),
  };
};
