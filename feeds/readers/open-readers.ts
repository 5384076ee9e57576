import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { GlueClient } from '@aws-sdk/client-glue';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Client } from 'pg';
import { createLoneBreaker } from '../../lambdas/shared/resilience/lone-breaker.ts';
import { createGlueRegistry, registryFailures } from '../../lambdas/shared/serde/registry.ts';
import type { SchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';
import { createHoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { createIdentify } from '../account/identify.ts';
import type { AccountReaders } from '../account/take-account.ts';
import { createDeadLettersReader } from './dead-letters.ts';
import { createHeldReader } from './held.ts';
import { createStoredRowsReader } from './stored-rows.ts';
import { createStreamsReader } from './streams.ts';

/** Where a platform keeps what an account is taken from. */
export interface Places {
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly glue: GlueClient;
  /** Source by name of its stream. */
  readonly streams: ReadonlyMap<string, string>;
  readonly deadLetterTable: string;
  /** Where holds are. */
  readonly controlsTable: string;
  /** Where its mapping stands: the last record of a shard that is finished, as all before it are; undefined before the first. */
  readonly checkpointOf: (stream: string, shard: string) => string | undefined;
  /** A new connection that may read `millrace.events`. */
  readonly connect: () => Promise<Client>;
  readonly schemaIds: SchemaIds;
  readonly registryName: string;
  readonly now: () => number;
}

/** The readers of one platform, local or not. */
export const openReaders = ({
  kinesis,
  dynamodb,
  s3,
  glue,
  streams,
  deadLetterTable,
  controlsTable,
  checkpointOf,
  connect,
  schemaIds,
  registryName,
  now,
}: Places): AccountReaders => ({
  readStreams: createStreamsReader(kinesis, streams, now),
  readStored: createStoredRowsReader(connect),
  readDeadLetters: createDeadLettersReader(dynamodb, s3, deadLetterTable),
  readHeld: createHeldReader({
    streams,
    isHeld: async (source) => (await createHoldStore(dynamodb, controlsTable).read(source))?.standing === true,
    checkpointOf,
    readStreams: (held) => createStreamsReader(kinesis, held, now)(),
  }),
  identify: createIdentify(
    schemaIds,
    createGlueRegistry(glue, { registryName, breaker: createLoneBreaker(registryFailures, now), now }),
  ),
});
