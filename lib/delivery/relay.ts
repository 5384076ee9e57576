import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { RelayEnv } from '../../lambdas/delivery/config.ts';
import type { Environment } from '../config/environment.ts';
import { physicalName, relayUser } from '../config/names.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import type { Foundation } from '../foundation/foundation.ts';
import type { Channels } from './channels.ts';
import { deliveryMetric } from './metrics.ts';

export interface RelayProps {
  readonly environment: Environment;
  readonly foundation: Foundation;
  readonly channels: Channels;
}

/** A relay looks for everything that waits in a channel, so wakes of one channel are one piece of work to it. */
const wakesAtOnce = 10;

/** Publishes what enrichment has put into the outbox, in order and numbered; woken by a queue. */
export class Relay extends Construct {
  constructor(scope: Construct, id: string, { environment, foundation, channels }: RelayProps) {
    super(scope, id);
    const { database, deadLetters, wake, alarms } = foundation;
    const { delivery } = environment;
    const name = physicalName(environment.name, 'delivery', 'relay-messages');

    const relay = new NodeFunction(this, 'RelayMessages', {
      name,
      purpose: 'Numbers what waits in the outbox, and publishes it in order',
      handler: 'lambdas/delivery/relay-messages.handler.ts',
      memoryMb: delivery.memoryMb,
      timeoutSeconds: delivery.relayTimeoutSeconds,
      reservedConcurrency: delivery.relayConcurrency,
      logDays: environment.logDays,
      network: foundation.network,
      placement: 'egress',
      reaches: ['sqs', 's3', 'appsync-events'],
      environment: {
        ENVIRONMENT: environment.name,
        ...database.address,
        DATABASE_USER: relayUser,
        EVENTS_HTTP_DNS: channels.httpDns,
        LEASE_SECONDS: String(delivery.leaseSeconds),
        WAKE_QUEUE_URL: wake.queue.queueUrl,
        PARKED_QUEUE_URL: deadLetters.parked.queueUrl,
        DEAD_LETTER_BUCKET: deadLetters.giveUpsName,
      } satisfies RelayEnv,
    });

    database.grantConnect(relay.function, relayUser);
    channels.grantPublish(relay.function);
    // What it does not get to in its time, it asks to be called again for.
    wake.queue.grant(relay.function, 'sqs:SendMessage');
    deadLetters.parked.grant(relay.function, 'sqs:SendMessage');
    relay.permit(
      { actions: ['s3:PutObject'], resources: [`${deadLetters.giveUpsArn}/parked/*`] },
      'One object per message that is too large for the queue, named by its channel and number.',
    );

    new QueueConsumer(this, 'Wakes', {
      name,
      queue: wake.queue,
      patience: wake.patience,
      consumer: relay,
      concurrency: delivery.relayConcurrency,
      batchSize: wakesAtOnce,
      alarms,
      impact: 'Clients see nothing new, or see it late; nothing is lost.',
      runbook: 'delivery-lag',
      // Longer than one wait of a wake that failed once, and shorter than a wake lives: older ones are not there.
      maxLag: Duration.seconds((wake.patience.visibilitySeconds + wake.patience.keptSeconds) / 2),
    });
    // What a relay answers for its wakes is no error of the function: it crashed, or ran into its time-out.
    alarms.raise(this, 'Failed', {
      name: `${name}-failed`,
      metric: relay.function.metricErrors({ statistic: Stats.SUM, period: Duration.minutes(1) }),
      above: 0,
      periods: 3,
      impact: 'Relays die with channels in hand: clients see these late, by a lease and a sweep each time.',
      runbook: 'delivery-relay',
    });
    alarms.raise(this, 'Unpublishable', {
      name: physicalName(environment.name, 'delivery', 'unpublishable'),
      metric: deliveryMetric(environment.name, 'Tombstones', 'Sum', Duration.minutes(1)),
      above: 0,
      periods: 1,
      impact: 'Clients get an empty message in the place of an event that AppSync does not take; it is a dead letter.',
      runbook: 'delivery-unpublishable',
    });
  }
}
