import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { clientSettings } from '../shared/aws/client-settings.ts';
import { connectWithIam } from '../shared/database/connection.ts';
import { createDeadLetterStore, type DeadLetterStore } from '../shared/dead-letters/dead-letter-store.ts';
import { createTelemetry, type Telemetry } from '../shared/telemetry/batch-telemetry.ts';
import { createChannelStore, type ChannelStore } from './channel-store.ts';
import type { ReadDeadLettersConfig, ReadMessagesConfig } from './config.ts';

/** What the function that reads messages keeps between invocations. */
export interface MessageDependencies {
  readonly channels: ChannelStore;
  readonly telemetry: Telemetry;
  readonly now: () => number;
}

export const connectMessages = (config: ReadMessagesConfig): MessageDependencies => ({
  channels: createChannelStore(connectWithIam(config)),
  telemetry: createTelemetry('rest-api', 'messages'),
  now: Date.now,
});

/** What the function that reads dead letters keeps between invocations. */
export interface DeadLetterDependencies {
  readonly letters: DeadLetterStore;
  /** A list is of these where nobody names one. */
  readonly sources: readonly string[];
  readonly telemetry: Telemetry;
  readonly now: () => number;
}

export const connectDeadLetters = (config: ReadDeadLettersConfig): DeadLetterDependencies => ({
  letters: createDeadLetterStore(
    { dynamodb: new DynamoDBClient(clientSettings), s3: new S3Client(clientSettings) },
    config.DEAD_LETTER_TABLE,
  ),
  sources: config.SOURCES,
  telemetry: createTelemetry('rest-api', 'dead-letters'),
  now: Date.now,
});
