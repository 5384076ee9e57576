import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { requestSignal } from '../../pause.ts';
import { queueUrl } from '../../queue-url.ts';
import { queueRecord, type QueueRecord } from './record.ts';

/** The API's limit for receiving and deleting at once. */
export const mostPerRequest = 10;
/** A service that hangs is as good as one that is away; ample, for a busy machine is no reason to ask twice. */
const answerMs = 10_000;

export interface QueueClient {
  /** @param waitSeconds - how long to wait for a first message */
  receive(most: number, waitSeconds: number): Promise<readonly QueueRecord[]>;
  /** Deletes up to ten. @returns those that could not be deleted */
  remove(records: readonly QueueRecord[]): Promise<readonly QueueRecord[]>;
}

export interface QueueClientOptions {
  readonly sqs: SQSClient;
  readonly endpoint: string;
  readonly queueArn: string;
  readonly region: string;
  /** Ends every request under way. */
  readonly abandoned: AbortSignal;
}

export const createQueueClient = ({ sqs, endpoint, queueArn, region, abandoned }: QueueClientOptions): QueueClient => {
  const QueueUrl = queueUrl(endpoint, queueArn);
  return {
    receive: async (most, waitSeconds) => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: Math.min(most, mostPerRequest),
          WaitTimeSeconds: waitSeconds,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: requestSignal(abandoned, waitSeconds * 1_000 + answerMs) },
      );
      return Messages.map((message) => queueRecord(message, queueArn, region));
    },
    remove: async (records) => {
      const { Failed = [] } = await sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl,
          Entries: records.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
        }),
        { abortSignal: requestSignal(abandoned, answerMs) },
      );
      const failed = new Set(Failed.map(({ Id }) => Id));
      return records.filter((_, index) => failed.has(String(index)));
    },
  };
};
