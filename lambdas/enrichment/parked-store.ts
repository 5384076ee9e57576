import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Context } from 'aws-lambda';
import { bulkhead } from 'cockatiel';
import { serviceError } from '../shared/aws/service-error.ts';
import { bytesKey } from '../shared/dead-letters/entry.ts';
import { fitsInline } from '../shared/dead-letters/parked-message.ts';
import { PlatformError } from '../shared/errors/platform-error.ts';
import { createBatchSender } from '../shared/queue/batch-sender.ts';
import type { Resilient } from '../shared/resilience/retry.ts';
import { positionKey } from '../shared/stream/position.ts';
import { causeOf, type Parking } from './away.ts';
import type { Breakers } from './breakers.ts';
import type { Reject } from './enrich-batch.ts';
import { parkedMessage } from './parked-message.ts';

export interface ParkedStoreConfig {
  readonly source: string;
  readonly queueUrl: string;
  readonly bucket: string;
  readonly idempotencyTable: string;
}

export interface ParkedStore {
  /**
   * One entry per reject, in order: undefined when it is parked, now or before; else what is away, or refused us.
   * Throws nothing but a bug of ours.
   */
  park(
    rejects: readonly Reject[],
    context: Context,
    resilient: Resilient,
  ): Promise<readonly (PlatformError | undefined)[]>;
}

/** As long as a stream can deliver a record again: Kinesis keeps seven days here at most. Seconds. */
const remembered = 7 * 24 * 3600;
const atOnce = 50;
/**
 * How long an attempt keeps others from parking the same record: as long as its calls to S3, SQS and DynamoDB can take
 * (client-settings.ts). When DynamoDB goes away between them, nobody can take the mark back; with the time that the
 * invocation has left, as Powertools sets it, the shard would then wait for a minute.
 */
const mostInProgressMs = 12_000;

/**
 * Sends each reject to the parked queue once, whatever is redelivered: the send leaves our transaction, so Powertools
 * idempotency guards it, keyed by the record's position in its stream.
 *
 * Each call goes through the breaker of what it calls. A reject that is remembered is answered by DynamoDB alone: that
 * must not pass for an answer of the queue.
 */
export const createParkedStore = (
  clients: { readonly sqs: SQSClient; readonly s3: S3Client; readonly dynamodb: DynamoDBClient },
  breakers: Pick<Breakers, Parking>,
  { source, queueUrl, bucket, idempotencyTable }: ParkedStoreConfig,
  now: () => number = Date.now,
): ParkedStore => {
  const through = async <T>(dependency: Parking, call: () => Promise<T>): Promise<T> => {
    try {
      return await breakers[dependency].execute(call);
    } catch (error) {
      throw serviceError(dependency, error);
    }
  };
  const send = createBatchSender(async (bodies) => {
    const { Failed = [] } = await through('parked-queue', async () => {
      const answer = await clients.sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: bodies.map((body, index) => ({ Id: String(index), MessageBody: body })),
        }),
      );
      if (answer.Failed?.length === bodies.length) throw notTaken(answer.Failed[0]?.Code);
      return answer;
    });
    const failed = new Map(Failed.map(({ Id, Code }) => [Id, serviceError('parked-queue', notTaken(Code))]));
    return bodies.map((_, index) => failed.get(String(index)));
  });

  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'position',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: remembered,
  });
  const sendOnce = makeIdempotent(
    async ({ reject }: { position: string; reject: Reject }): Promise<string> => {
      const inline = fitsInline(reject.record.bytes);
      if (!inline) {
        const object = { Bucket: bucket, Key: bytesKey(reject.record.position), Body: reject.record.bytes };
        await through('dead-letter-bucket', () => clients.s3.send(new PutObjectCommand(object)));
      }
      await send(JSON.stringify(parkedMessage(reject, source, now(), inline ? undefined : bucket)));
      return 'parked';
    },
    {
      persistenceStore: new DynamoDBPersistenceLayer({
        tableName: idempotencyTable,
        awsSdkV3Client: behind(breakers.idempotency, clients.dynamodb),
      }),
      config,
      keyPrefix: 'park',
    },
  );

  return {
    park: async (rejects, context, resilient) => {
      config.registerLambdaContext({
        ...context,
        getRemainingTimeInMillis: () => Math.min(mostInProgressMs, context.getRemainingTimeInMillis()),
      });
      const lanes = bulkhead(atOnce, Infinity); // bounded by the batch
      return Promise.all(
        rejects.map((reject) =>
          lanes.execute(async () => {
            try {
              await resilient(async () => {
                try {
                  await sendOnce({ position: positionKey(reject.record.position), reject });
                } catch (error) {
                  // Whatever is not ours already is what Powertools makes of DynamoDB.
                  throw serviceError('idempotency', causeOf(error));
                }
              });
              return undefined;
            } catch (error) {
              if (error instanceof PlatformError) return error;
              throw error;
            }
          }),
        ),
      );
    },
  };
};

const notTaken = (code: string | undefined): Error => new Error(`SQS did not take the message: ${code}`);

/** The same client, whose calls go through a breaker: Powertools makes them itself. */
const behind = (breaker: Breakers['idempotency'], client: DynamoDBClient): DynamoDBClient => {
  const send = (command: Parameters<DynamoDBClient['send']>[0]) => breaker.execute(() => client.send(command));
  return Object.assign(Object.create(client) as DynamoDBClient, { send });
};
