import { Aws, Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { EventSourceMapping, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Runbook } from '../config/runbooks.ts';
import type { AlarmRouter } from './alarm-router.ts';
import type { NodeFunction } from './node-function.ts';

export interface StreamConsumerProps {
  /** Begins the names of its alarms: the function's name. */
  readonly name: string;
  readonly stream: IStream;
  readonly consumer: NodeFunction;
  /** ARN of the bucket that gets batches Lambda gave up on, with their records. */
  readonly giveUpsArn: string;
  readonly alarms: AlarmRouter;
  /** Who notices when records stop flowing, in one sentence; opens every alarm's text. */
  readonly impact: string;
  readonly runbooks: { readonly lag: Runbook; readonly giveUps: Runbook; readonly dropped: Runbook };
  /** Lambda tries a failing batch again this often. Bounds crash loops. */
  readonly attempts: number;
  /** After this age Lambda gives up on a record. Bounds outages. */
  readonly maxRecordAge: Duration;
  /** How far behind the newest record the consumer may fall before someone is told. */
  readonly maxLag: Duration;
  readonly batchSize: number;
  readonly lanesPerShard: number;
}

const readActions = [
  'kinesis:DescribeStream',
  'kinesis:DescribeStreamSummary',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
];

/** What Lambda asks of the function's role; CDK's own destination would also let it read and delete everything. */
const allowGivingUp = (consumer: NodeFunction, bucketArn: string): void => {
  const conditions = { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } };
  consumer.permit(
    { actions: ['s3:PutObject'], resources: [`${bucketArn}/aws/lambda/*`], conditions },
    'Lambda names the objects of give-ups itself, all below this prefix.',
  );
  consumer.permit({ actions: ['s3:ListBucket'], resources: [bucketArn], conditions });
};

/** Reads a stream with one function: partial answers, bisecting, and an end to every retry that loses no bytes. */
export class StreamConsumer extends Construct {
  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { consumer, giveUpsArn, stream } = props;
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: consumer.function,
      eventSourceArn: stream.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: props.batchSize,
      parallelizationFactor: props.lanesPerShard,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: props.attempts,
      maxRecordAge: props.maxRecordAge,
      // Only a bucket gets the records themselves.
      onFailure: { bind: () => ({ destination: giveUpsArn }) },
      supportS3OnFailureDestination: true,
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    stream.grant(consumer.function, ...readActions);
    allowGivingUp(consumer, giveUpsArn);
    // Without the role's rights the mapping is refused.
    mapping.node.addDependency(consumer);
    this.#alarm(props, mapping.eventSourceMappingId);
  }

  #alarm({ name, alarms, consumer, maxLag, impact, runbooks }: StreamConsumerProps, mappingId: string): void {
    const period = Duration.minutes(1);
    const counted = (metricName: string): Metric =>
      new Metric({
        namespace: 'AWS/Lambda',
        metricName,
        dimensionsMap: { EventSourceMappingUUID: mappingId },
        statistic: Stats.SUM,
        period,
      });
    alarms.raise(this, 'Lag', {
      name: `${name}-lag`,
      metric: consumer.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period }),
      above: maxLag.toMilliseconds(),
      periods: 3, // a burst is no alarm
      impact,
      runbook: runbooks.lag,
    });
    alarms.raise(this, 'GiveUps', {
      name: `${name}-give-ups`,
      metric: counted('OnFailureDestinationDeliveredEventCount'),
      above: 0,
      periods: 1,
      impact: `Lambda gave up on records; they are kept, and not stored. ${impact}`,
      runbook: runbooks.giveUps,
    });
    alarms.raise(this, 'Dropped', {
      name: `${name}-dropped`,
      metric: counted('DroppedEventCount'),
      above: 0,
      periods: 1,
      impact: `Records were dropped; only the stream still has them. ${impact}`,
      runbook: runbooks.dropped,
    });
  }
}
