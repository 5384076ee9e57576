import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../constructs/acknowledge.ts';

export interface DeadLettersProps {
  /** `millrace-<env>` */
  readonly prefix: string;
  readonly retainData: boolean;
  readonly keepDays: number;
}

/** Where everything goes that could not be stored: records parked with their reason, batches that Lambda gave up. */
export class DeadLetters extends Construct {
  /** One message a rejected record. */
  readonly parked: Queue;
  /**
   * Give-ups under `aws/lambda/`, bytes of large parked records under `parked/`. A name that everybody can make up:
   * grants in other stacks then say what they mean, instead of naming an output of this one.
   */
  readonly bucketName: string;
  readonly bucketArn: string;

  constructor(scope: Construct, id: string, { prefix, retainData, keepDays }: DeadLettersProps) {
    super(scope, id);
    const removalPolicy = retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.parked = new Queue(this, 'Parked', {
      queueName: `${prefix}-parked`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy,
    });
    acknowledge(this.parked, {
      'AwsSolutions-SQS3': 'This queue holds dead letters itself.',
      'Serverless-SQSRedrivePolicy': 'This queue holds dead letters itself.',
    });
    this.bucketName = `${prefix}-give-ups-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    this.bucketArn = `arn:${Aws.PARTITION}:s3:::${this.bucketName}`;
    const bucket = new Bucket(this, 'GiveUps', {
      bucketName: this.bucketName,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(keepDays) }],
      removalPolicy,
    });
    acknowledge(bucket, {
      'AwsSolutions-S1': 'Written by Lambda and one prefix by our functions; CloudTrail data events say who reads.',
    });
  }
}
