import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '../../shared/aws/client-settings.ts';
import { createTelemetry, type Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import type { IntakeConfig } from '../config.ts';
import { createIntakeStore } from './intake-store.ts';
import type { IntakeDependencies } from './take-in.ts';

/** The source that metrics name where a message says none that is known. */
const otherSource = 'other';

/** What the functions that take dead letters in keep between invocations. */
export const connectIntake = (config: IntakeConfig): IntakeDependencies => {
  const telemetryOfOther = createTelemetry('operations', otherSource);
  const telemetries = new Map<string | undefined, Telemetry>(
    [...config.STREAM_SOURCES.values()].map((source) => [source, createTelemetry('operations', source)]),
  );
  return {
    store: createIntakeStore(
      { dynamodb: new DynamoDBClient(clientSettings), s3: new S3Client(clientSettings) },
      { table: config.DEAD_LETTER_TABLE, bucket: config.DEAD_LETTER_BUCKET, keptDays: config.DEAD_LETTER_DAYS },
    ),
    telemetryOf: (source) => telemetries.get(source) ?? telemetryOfOther,
    now: Date.now,
  };
};
