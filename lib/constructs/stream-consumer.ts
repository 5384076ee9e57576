import { Aws, Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { EventSourceMapping, MetricType, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledgePrefix } from './acknowledge.ts';
import { runbookPath, type Runbook } from '../config/runbooks.ts';

export interface StreamConsumerProps {
  /** `<capability>-<source>`, the beginning of the alarms' names after `millrace-<env>-`. */
  readonly name: string;
  readonly stream: IStream;
  readonly consumer: IFunction;
  /** ARN of the bucket that batches go to, with their records, when they are given up. */
  readonly giveUpsArn: string;
  /** Who notices when records stop flowing, in one sentence; it opens every alarm text. */
  readonly impact: string;
  readonly runbooks: { readonly lag: Runbook; readonly giveUps: Runbook };
  /** Tries after the first before a batch is given up. */
  readonly attempts: number;
  /** How old a record may become before it is given up. */
  readonly maxRecordAge: Duration;
  /** How far behind the newest record the consumer may fall before someone is told. */
  readonly maxLag: Duration;
  readonly parallelization: number;
}

const batchSize = 500;

/**
 * Reads a Kinesis stream with one function (DESIGN section 5): partial responses, bisecting for crashes, finite attempts
 * and age, give-ups with their payload in S3. It cannot be had without saying who is hurt and what to do.
 */
export class StreamConsumer extends Construct {
  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { stream, consumer, giveUpsArn } = props;
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: consumer,
      eventSourceArn: stream.streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      maxBatchingWindow: Duration.seconds(0),
      parallelizationFactor: props.parallelization,
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: props.attempts,
      maxRecordAge: props.maxRecordAge,
      onFailure: { bind: () => ({ destination: giveUpsArn }) },
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    stream.grantRead(consumer);
    grantGiveUps(consumer, giveUpsArn);
    mapping.node.addDependency(consumer);

    this.#alarm('Lag', `${props.name}-lag`, props.impact, props.runbooks.lag, {
      metric: consumer.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: props.maxLag.toMilliseconds(),
    });
    this.#alarm('GiveUps', `${props.name}-give-ups`, props.impact, props.runbooks.giveUps, {
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'OnFailureDestinationDeliveredEventCount',
        dimensionsMap: { EventSourceMappingUUID: mapping.eventSourceMappingId },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: 0,
    });
  }

  #alarm(
    id: string,
    name: string,
    impact: string,
    runbook: Runbook,
    { metric, threshold }: { readonly metric: Metric; readonly threshold: number },
  ): void {
    new Alarm(this, id, {
      alarmName: name,
      alarmDescription: `${impact} Runbook: ${runbookPath(runbook)}`,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // No records is not lag, and no give-ups is how it should be.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** What Lambda asks of the function's role for an S3 destination; the library would grant reading and deleting, too. */
const grantGiveUps = (consumer: IFunction, bucketArn: string): void => {
  const own = { StringEquals: { 's3:ResourceAccount': Aws.ACCOUNT_ID } };
  const prefix = `${bucketArn}/aws/lambda/*`;
  consumer.addToRolePolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: [prefix], conditions: own }));
  consumer.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucketArn], conditions: own }));
  acknowledgePrefix(consumer, prefix, 'Lambda names the objects of give-ups itself, below this prefix.');
};
