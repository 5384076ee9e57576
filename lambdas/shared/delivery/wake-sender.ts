import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { clientSettingsWithin } from '../aws/client-settings.ts';
import { serviceError } from '../aws/service-error.ts';
import { cutBatches } from '../queue/batch-sender.ts';
import { wakeBodies } from './wake.ts';

/**
 * Sends wakes for channels, in as few calls as may be. A wake that is lost costs time only: the sweep finds the channel.
 * @param delaySeconds - from when on the relay sees them
 * @throws PlatformError where the queue did not take all of them
 */
export type SendWakes = (channels: Iterable<string>, delaySeconds?: number) => Promise<void>;

/** How long the relay waits for the queue, connection and answer, milliseconds (`wakeSettings`). */
export const wakeMs = 2_500;
export const wakeSettings = clientSettingsWithin(wakeMs - 1_000);

export const createWakeSender =
  (sqs: Pick<SQSClient, 'send'>, queueUrl: string): SendWakes =>
  async (channels, delaySeconds = 0) => {
    for (const bodies of cutBatches(wakeBodies(channels).map((body) => ({ body })))) {
      const command = new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: bodies.map(({ body }, index) => ({
          Id: String(index),
          MessageBody: body,
          DelaySeconds: delaySeconds,
        })),
      });
      const { Failed = [] } = await sqs.send(command).catch((error: unknown) => {
        throw serviceError('wake-queue', error);
      });
      if (Failed.length > 0) throw serviceError('wake-queue', new Error(`SQS did not take a wake: ${Failed[0]?.Code}`));
    }
  };
