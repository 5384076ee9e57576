import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import { acknowledge } from '../constructs/acknowledge.ts';

export interface DeadLettersProps {
  readonly environment: EnvironmentName;
  readonly retainData: boolean;
  /** How long objects are kept. */
  readonly days: number;
}

/** Where records end that could not be stored: parked by us, or given up by Lambda. */
export class DeadLetters extends Construct {
  /** Rejected records, with reason and bytes. */
  readonly parked: Queue;
  /** Batches Lambda gave up on, under `aws/lambda/`; bytes too large for a message, under `parked/`. */
  readonly giveUpsName: string;
  readonly giveUpsArn: string;

  constructor(scope: Construct, id: string, { environment, retainData, days }: DeadLettersProps) {
    super(scope, id);
    const removalPolicy = retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.parked = new Queue(this, 'Parked', {
      queueName: physicalName(environment, 'parked'),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14), // the longest there is
      removalPolicy,
    });
    const bucket = {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [{ expiration: Duration.days(days), abortIncompleteMultipartUploadAfter: Duration.days(7) }],
      removalPolicy,
    } satisfies BucketProps;
    const accessLog = new Bucket(this, 'AccessLog', bucket);
    // A name that can be told beforehand: a grant in another stack then says what it means, and can be acknowledged.
    this.giveUpsName = physicalName(environment, 'give-ups', Aws.ACCOUNT_ID, Aws.REGION);
    this.giveUpsArn = `arn:${Aws.PARTITION}:s3:::${this.giveUpsName}`;
    new Bucket(this, 'GiveUps', {
      ...bucket,
      bucketName: this.giveUpsName,
      serverAccessLogsBucket: accessLog as IBucket, // see network.ts
      serverAccessLogsPrefix: 'give-ups/',
    });
    const noQueueBehind = 'It is where records end; operators read it, and no consumer could fail on it.';
    acknowledge(this.parked, { 'AwsSolutions-SQS3': noQueueBehind, 'Serverless-SQSRedrivePolicy': noQueueBehind });
    acknowledge(accessLog, {
      'AwsSolutions-S1': 'It holds the access log of the other bucket; a log of itself would feed itself.',
    });
  }
}
