import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** A message that a killed function had received is back in its queue by then: the intake's visibility timeout and a bit. */
const mostPatienceMs = 200_000;
const lookEveryMs = 250;

const messagesIn = async (sqs: SQSClient, queueArn: string): Promise<number> => {
  const name = queueArn.slice(queueArn.lastIndexOf(':') + 1);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
};

export interface Waiting {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Told once, when it takes longer than a moment. */
  readonly onWait: (messages: number) => void;
}

/**
 * Waits until the functions have finished every message of their queues: what is on its way to the dead letters is in
 * none of the account's sets.
 * @param queueArns - of the queues that functions read
 * @returns how many messages are left when it gives up waiting; 0 when all is well
 */
export const drainIntake = async (
  sqs: SQSClient,
  queueArns: readonly string[],
  { now, sleep, onWait }: Waiting,
): Promise<number> => {
  const startedAt = now();
  let told = false;
  for (;;) {
    const counts = await Promise.all(queueArns.map((arn) => messagesIn(sqs, arn)));
    const left = counts.reduce((sum, count) => sum + count, 0);
    const waitedMs = now() - startedAt;
    if (left === 0 || waitedMs >= mostPatienceMs) return left;
    if (!told && waitedMs >= lookEveryMs * 4) {
      told = true;
      onWait(left);
    }
    await sleep(lookEveryMs);
  }
};
