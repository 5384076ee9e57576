import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { EventSourceMapping, MetricType } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { checkPatience, type QueuePatience } from '../config/queue-patience.ts';
import type { Runbook } from '../config/runbooks.ts';
import type { AlarmRouter } from './alarm-router.ts';
import type { NodeFunction } from './node-function.ts';

export interface QueueConsumerProps {
  /** Begins the names of its alarms: the function's name. */
  readonly name: string;
  readonly queue: IQueue;
  /** Gets the messages whose attempts are spent, where they do not pass by themselves. */
  readonly failed?: { readonly queue: IQueue; readonly runbook: Runbook };
  /** Attempts and waits, as queue and function have them. Bounds crash loops, and outages. */
  readonly patience: QueuePatience;
  readonly consumer: NodeFunction;
  /** Instances at most: what the function has reserved, or messages would spend receives on being throttled. */
  readonly concurrency: number;
  readonly batchSize: number;
  readonly alarms: AlarmRouter;
  /** Who notices when messages stop flowing, in one sentence; opens every alarm's text. */
  readonly impact: string;
  readonly runbook: Runbook;
  /** How old the oldest message may become before someone is told: less than it is kept. */
  readonly maxLag: Duration;
}

/** Reads a queue with one function: partial answers, and an end to every retry that loses no message. */
export class QueueConsumer extends Construct {
  constructor(scope: Construct, id: string, props: QueueConsumerProps) {
    super(scope, id);
    const { name, queue, consumer } = props;
    checkPatience(name, props.patience);
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: consumer.function,
      eventSourceArn: queue.queueArn,
      // No window: a message is handed over as soon as it is there.
      batchSize: props.batchSize,
      maxConcurrency: props.concurrency,
      reportBatchItemFailures: true,
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    queue.grant(consumer.function, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes');
    // Without the role's rights the mapping is refused.
    mapping.node.addDependency(consumer);
    acknowledge(mapping, {
      'Serverless-LambdaEventSourceMappingDestination':
        'A mapping of a queue has no destination: the queue itself hands on what has spent its receives.',
    });
    this.#alarm(props);
  }

  #alarm({ name, queue, failed, alarms, maxLag, impact, runbook }: QueueConsumerProps): void {
    const most = { statistic: Stats.MAXIMUM, period: Duration.minutes(1) };
    alarms.raise(this, 'Lag', {
      name: `${name}-lag`,
      metric: queue.metricApproximateAgeOfOldestMessage(most),
      above: maxLag.toSeconds(),
      periods: 3, // a burst is no alarm
      impact,
      runbook,
    });
    if (!failed) return;
    alarms.raise(this, 'Failed', {
      name: `${name}-failed`,
      metric: failed.queue.metricApproximateNumberOfMessagesVisible(most),
      above: 0,
      periods: 1,
      impact: `Messages have spent their attempts; they are kept, and nothing tries them again. ${impact}`,
      runbook: failed.runbook,
    });
  }
}
