import { RemovalPolicy } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import { type QueuePatience, wakePatience } from '../config/queue-patience.ts';
import { createPassingQueue } from './consumed-queue.ts';

export interface WakeProps {
  readonly environment: EnvironmentName;
  readonly retainData: boolean;
  /** Of the function that is woken. */
  readonly relayTimeoutSeconds: number;
}

/**
 * Wakes the relay: a message names channels for which there may be something to send. It is here and not with the relay
 * because enrichment, which comes before, sends to it. It keeps nothing that is not in the database too.
 */
export class Wake extends Construct {
  readonly queue: IQueue;
  readonly patience: QueuePatience;

  constructor(scope: Construct, id: string, { environment, retainData, relayTimeoutSeconds }: WakeProps) {
    super(scope, id);
    this.patience = wakePatience(relayTimeoutSeconds);
    this.queue = createPassingQueue(this, 'Queue', {
      name: physicalName(environment, 'wake'),
      patience: this.patience,
      removalPolicy: retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
