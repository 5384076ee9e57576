import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { clientSettings, clientSettingsWithin } from '../../shared/aws/client-settings.ts';
import { createHoldStore } from '../../shared/holds/hold-store.ts';
import { createTelemetry, type Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import type { KeeperConfig } from './config.ts';
import { createHeldRecordsStore } from './held-records-store.ts';
import type { KeeperDependencies } from './keep-holds.ts';
import { lookAtSource } from './look-at-source.ts';
import { createMappingStore } from './mapping-store.ts';
import { createProbeStore } from './probe-store.ts';

/** An invocation is waited for as long as the keeper says, which is less than this. */
const invokeSettings = clientSettingsWithin(25_000);

/** What the keeper of holds keeps between invocations. */
export const connectKeeper = (config: KeeperConfig): KeeperDependencies => {
  const telemetries = new Map<string, Telemetry>(
    config.SOURCES.map(({ source }) => [
      source,
      createTelemetry('operations', source, { environment: config.ENVIRONMENT }),
    ]),
  );
  return {
    sources: config.SOURCES,
    look: lookAtSource({
      holds: createHoldStore(new DynamoDBClient(clientSettings), config.CONTROLS_TABLE),
      mappings: createMappingStore(new LambdaClient(clientSettings)),
      records: createHeldRecordsStore(
        new KinesisClient({
          ...clientSettings,
          // The SDK would speak HTTP/2, which gains nothing at a read every five seconds and is not spoken everywhere.
          requestHandler: new NodeHttpHandler(clientSettings.requestHandler),
        }),
        config.AWS_REGION,
      ),
      probes: createProbeStore(new LambdaClient(invokeSettings)),
      by: config.AWS_LAMBDA_FUNCTION_NAME,
      now: Date.now,
    }),
    telemetryOf: (source) => telemetries.get(source) as Telemetry,
    now: Date.now,
    sleep,
  };
};
