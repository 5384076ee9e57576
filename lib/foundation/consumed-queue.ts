import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledge.ts';
import type { QueuePatience } from '../config/queue-patience.ts';

/** A queue, and the one that gets what it could not have done. */
export interface ConsumedQueue {
  readonly queue: IQueue;
  readonly failed: IQueue;
}

export interface ConsumedQueueProps<Patience = QueuePatience> {
  /** Of the queue, in the account; the other's ends in `-failed`. */
  readonly name: string;
  /** How its consumer lets messages be tried. */
  readonly patience: Patience;
  readonly removalPolicy: RemovalPolicy;
}

/** A queue that one function of ours reads, and behind it one that people read: `<id>` and `<id>Failed` of the scope. */
export const createConsumedQueue = (
  scope: Construct,
  id: string,
  { name, patience, removalPolicy }: ConsumedQueueProps<QueuePatience & { readonly receives: number }>,
): { readonly queue: Queue; readonly failed: Queue } => {
  const common = commonOf(patience, removalPolicy);
  const failed = new Queue(scope, `${id}Failed`, { ...common, queueName: `${name}-failed` });
  const noQueueBehind = 'It is where messages end whose attempts are spent: an alarm watches it, operators empty it.';
  acknowledge(failed, { 'AwsSolutions-SQS3': noQueueBehind, 'Serverless-SQSRedrivePolicy': noQueueBehind });
  const queue = new Queue(scope, id, {
    ...common,
    queueName: name,
    visibilityTimeout: Duration.seconds(patience.visibilitySeconds),
    deadLetterQueue: { queue: failed, maxReceiveCount: patience.receives },
  });
  return { queue, failed };
};

/** A queue whose messages are of no use any more when they are as old as its patience keeps them: they are deleted. */
export const createPassingQueue = (
  scope: Construct,
  id: string,
  { name, patience, removalPolicy }: ConsumedQueueProps,
): Queue => {
  const queue = new Queue(scope, id, {
    ...commonOf(patience, removalPolicy),
    queueName: name,
    visibilityTimeout: Duration.seconds(patience.visibilitySeconds),
  });
  const nothingBehind = 'What its messages say is in the database too, and is said again every minute.';
  acknowledge(queue, { 'AwsSolutions-SQS3': nothingBehind, 'Serverless-SQSRedrivePolicy': nothingBehind });
  return queue;
};

const commonOf = ({ keptSeconds }: QueuePatience, removalPolicy: RemovalPolicy) => ({
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: Duration.seconds(keptSeconds),
  removalPolicy,
});
