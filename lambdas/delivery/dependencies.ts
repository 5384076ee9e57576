import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientSettings } from '../shared/aws/client-settings.ts';
import { createSignedPost } from '../shared/aws/signed-post.ts';
import { connectWithIam } from '../shared/database/connection.ts';
import { createWakeSender, wakeSettings } from '../shared/delivery/wake-sender.ts';
import { dispositionOf } from '../shared/errors/platform-error.ts';
import { tellOfBreaker } from '../shared/resilience/breaker-metrics.ts';
import { createBreaker } from '../shared/resilience/breaker.ts';
import { createLoneBreakerStore } from '../shared/resilience/lone-breaker.ts';
import { createTelemetry, type Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import type { DeletionConfig, RelayConfig, SweepConfig } from './config.ts';
import { createDeletionStore, type DeletionStore } from './deletion-store.ts';
import { createParkedStore } from './parked-store.ts';
import { pause } from './pause.ts';
import { createPublisher } from './publisher.ts';
import type { RelayDependencies } from './relay-messages.ts';
import { createRelayStore } from './relay-store.ts';
import { createSweepStore } from './sweep-store.ts';
import type { SweepDependencies } from './sweep-channels.ts';

/** Calls to AppSync Events under way at once: as many as channels are published at once, so that a slow one holds up none. */
const callsAtOnce = 64;

const telemetryIn = ({ ENVIRONMENT: environment }: Pick<RelayConfig, 'ENVIRONMENT'>): Telemetry =>
  createTelemetry('delivery', undefined, { environment });

/** What the relay keeps between invocations: connections, and what it knows of AppSync Events. Nothing of channels. */
export const connectRelay = (config: RelayConfig): RelayDependencies => {
  const database = connectWithIam(config);
  const sqs = new SQSClient(clientSettings);
  const telemetry = telemetryIn(config);
  const leaseMs = config.LEASE_SECONDS * 1000;
  const post = createSignedPost({
    endpoint: new URL(`https://${config.EVENTS_HTTP_DNS}`),
    service: 'appsync',
    region: config.AWS_REGION,
    atOnce: callsAtOnce,
  });
  // An instance's own: the relay has no table, and few instances.
  const breaker = createBreaker({
    dependency: 'events',
    isFailure: (error) => dispositionOf(error) === 'retry',
    store: createLoneBreakerStore(),
    instance: 'relay',
    now: Date.now,
    onEvent: tellOfBreaker(telemetry, 'events'),
  });
  return {
    storeFor: (holder, resilient) => createRelayStore(database, { holder, leaseMs, resilient }),
    publish: createPublisher(post, breaker),
    park: createParkedStore(
      { sqs, s3: new S3Client(clientSettings) },
      { queueUrl: config.PARKED_QUEUE_URL, bucket: config.DEAD_LETTER_BUCKET },
      Date.now,
    ),
    wake: createWakeSender(new SQSClient(wakeSettings), config.WAKE_QUEUE_URL),
    leaseMs,
    telemetry,
    now: Date.now,
    pause,
  };
};

export const connectSweep = (config: SweepConfig): SweepDependencies => ({
  store: createSweepStore(connectWithIam(config)),
  wake: createWakeSender(new SQSClient(clientSettings), config.WAKE_QUEUE_URL),
  telemetry: telemetryIn(config),
});

export const connectDeletion = (config: DeletionConfig): DeletionStore => createDeletionStore(connectWithIam(config));
