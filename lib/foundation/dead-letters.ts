import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
  type IBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { CfnQueuePolicy, Queue, QueuePolicy } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import { intakePatience } from '../config/queue-patience.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { type ConsumedQueue, createConsumedQueue } from './consumed-queue.ts';

export interface DeadLettersProps {
  readonly environment: EnvironmentName;
  readonly retainData: boolean;
  /** How long objects are kept. */
  readonly days: number;
}

/** Where Lambda writes give-ups, by its own choice. */
const givenUpPrefix = 'aws/lambda/';

/** Where records end that could not be stored, parked by us or given up by Lambda, and how they come into the table. */
export class DeadLetters extends Construct {
  /** Rejected records, with reason and bytes. */
  readonly parked: Queue;
  /** Batches Lambda gave up on, under `aws/lambda/`; bytes too large for a message, under `parked/`. */
  readonly giveUpsName: string;
  readonly giveUpsArn: string;
  /** What the table of dead letters is filled from. */
  readonly intake: { readonly parked: ConsumedQueue; readonly givenUp: ConsumedQueue };

  constructor(scope: Construct, id: string, { environment, retainData, days }: DeadLettersProps) {
    super(scope, id);
    const removalPolicy = retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    const queue = (id: string, thing: string) =>
      createConsumedQueue(this, id, {
        name: physicalName(environment, thing),
        patience: intakePatience,
        removalPolicy,
      });
    const parked = queue('Parked', 'parked');
    const givenUp = queue('GivenUp', 'given-up');
    this.parked = parked.queue;
    this.intake = { parked, givenUp };
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
    const giveUps = new Bucket(this, 'GiveUps', {
      ...bucket,
      bucketName: this.giveUpsName,
      serverAccessLogsBucket: accessLog as IBucket, // see network.ts
      serverAccessLogsPrefix: 'give-ups/',
    });
    this.#notify(giveUps, givenUp.queue);
    acknowledge(accessLog, {
      'AwsSolutions-S1': 'It holds the access log of the other bucket; a log of itself would feed itself.',
    });
  }

  /** The bucket's own property: CDK's way is a function that sets it, which runs in no local run and as no least privilege. */
  #notify(bucket: Bucket, queue: Queue): void {
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: {
          ArnEquals: { 'aws:SourceArn': this.giveUpsArn },
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        },
      }),
    );
    const resource = bucket.node.defaultChild as CfnBucket;
    resource.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: givenUpPrefix }] } },
        },
      ],
    };
    // S3 tries whether it may send when it is told to, and refuses the bucket where it may not.
    resource.addResourceDependency((queue.node.findChild('Policy') as QueuePolicy).node.defaultChild as CfnQueuePolicy);
  }
}
