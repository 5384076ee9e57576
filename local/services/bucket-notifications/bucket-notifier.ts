import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { requestSignal, sleepUntil } from '../../pause.ts';
import { queueUrl } from '../../queue-url.ts';
import type { BucketNotification, BucketNotifier } from '../../world.ts';
import type { ListedObject } from './event.ts';
import { openTold } from './told.ts';
import { watchBucket } from './watch-bucket.ts';

export interface BucketNotifierOptions {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  /** Where SQS listens. */
  readonly sqsEndpoint: string;
  readonly region: string;
  readonly dataDir: string;
  readonly complain: (message: string) => void;
}

export interface RunningNotifier extends BucketNotifier {
  /** Begins to watch; a queue is told of everything that it was not told of before, in this run or an earlier one. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A service that hangs is as good as one that is away; ample, for a busy machine is no reason to ask twice. */
const answerMs = 10_000;
/** What is being sent is given this long when the run stops; it would be sent again in the next. */
const stopMs = 1_000;

/** Delivers bucket notifications to queues: the local S3 accepts them, and never delivers. */
export const createBucketNotifier = (options: BucketNotifierOptions): RunningNotifier => {
  const { s3, sqs, sqsEndpoint, region, dataDir, complain } = options;
  const notifications = new Map<string, BucketNotification>();
  const stop = new AbortController();
  const abandoned = new AbortController();
  const request = () => ({ abortSignal: requestSignal(abandoned.signal, answerMs) });
  const running: Promise<void>[] = [];

  const list = async ({ bucket, prefix }: BucketNotification): Promise<ListedObject[]> => {
    const found: ListedObject[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) }),
        request(),
      );
      for (const { Key = '', Size = 0, ETag = '', LastModified = new Date(0) } of page.Contents ?? [])
        found.push({ key: Key, size: Size, eTag: ETag.replaceAll('"', ''), lastModified: LastModified });
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  };

  const send = async ({ queueArn }: BucketNotification, bodies: readonly string[]): Promise<void> => {
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl(sqsEndpoint, queueArn),
        Entries: bodies.map((body, index) => ({ Id: String(index), MessageBody: body })),
      }),
      request(),
    );
    if (Failed.length > 0) throw new Error(`${queueArn} refused ${Failed.length} messages: ${Failed[0]?.Message}`);
  };

  const watch = async (notification: BucketNotification): Promise<void> => {
    const told = await openTold(dataDir, notification.id);
    running.push(
      watchBucket(notification, {
        region,
        now: () => new Date(),
        sleep: sleepUntil(stop.signal),
        random: Math.random,
        stopped: () => stop.signal.aborted,
        list: () => list(notification),
        send: (bodies) => send(notification, bodies),
        told,
        complain,
      }),
    );
  };

  return {
    add: (notification) => void notifications.set(notification.id, notification),
    start: async () => void (await Promise.all([...notifications.values()].map(watch))),
    stop: async () => {
      stop.abort();
      const late = setTimeout(() => abandoned.abort(), stopMs);
      await Promise.all(running);
      clearTimeout(late);
    },
  };
};
