import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { serviceError } from '../shared/aws/service-error.ts';
import { unpublishableLetter } from './parked-message.ts';
import type { UnpublishedMessage } from './relay-store.ts';

/** Sends what cannot be published to the parked queue. Repeatable: the dead letter is one for its channel and number. */
export type ParkUnpublishable = (channel: string, message: UnpublishedMessage, timeoutMs: number) => Promise<void>;

/** Its promise fails with a PlatformError where the queue or the bucket does not answer. */
export const createParkedStore =
  (
    { sqs, s3 }: { readonly sqs: Pick<SQSClient, 'send'>; readonly s3: Pick<S3Client, 'send'> },
    { queueUrl, bucket }: { readonly queueUrl: string; readonly bucket: string },
    now: () => number,
  ): ParkUnpublishable =>
  async (channel, message, timeoutMs) => {
    // One time for both calls.
    const abortSignal = AbortSignal.timeout(timeoutMs);
    const letter = unpublishableLetter(channel, message, bucket, now());
    if (!letter) return;
    try {
      if (letter.object) await s3.send(new PutObjectCommand(letter.object), { abortSignal });
    } catch (error) {
      throw serviceError('dead-letter-bucket', error);
    }
    try {
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(letter.message) }), {
        abortSignal,
      });
    } catch (error) {
      throw serviceError('parked-queue', error);
    }
  };
