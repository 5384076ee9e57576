import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IntakeEnv } from '../../lambdas/operations/config.ts';
import { intakeConcurrency } from '../config/check-environment.ts';
import type { Environment } from '../config/environment.ts';
import { physicalName } from '../config/names.ts';
import { intakePatience } from '../config/queue-patience.ts';
import { NodeFunction } from '../constructs/node-function.ts';
import { QueueConsumer } from '../constructs/queue-consumer.ts';
import type { ConsumedQueue } from '../foundation/consumed-queue.ts';
import type { Foundation } from '../foundation/foundation.ts';

export interface DeadLetterIntakeProps {
  readonly environment: Environment;
  readonly foundation: Foundation;
}

interface Intake {
  readonly what: 'take-in-parked' | 'take-in-given-up';
  readonly purpose: string;
  readonly handler: string;
  readonly queue: ConsumedQueue;
  readonly concurrency: number;
  readonly batchSize: number;
  readonly impact: string;
}

/** Takes what was parked, and what Lambda gave up on, into the table of dead letters: an entry per record. */
export class DeadLetterIntake extends Construct {
  constructor(scope: Construct, id: string, props: DeadLetterIntakeProps) {
    super(scope, id);
    const { deadLetters } = props.foundation;
    this.#takeIn('Parked', props, {
      what: 'take-in-parked',
      purpose: 'Takes parked records into the table of dead letters, each once',
      handler: 'lambdas/operations/take-in-parked.handler.ts',
      queue: deadLetters.intake.parked,
      concurrency: intakeConcurrency.takeInParked,
      // As many as come without a window: a batch of ten takes some 30 ms, so five instances take in a thousand a second.
      batchSize: 10,
      impact: 'Rejected records are missing in the table of dead letters, and so in every list.',
    });
    const givenUp = this.#takeIn('GivenUp', props, {
      what: 'take-in-given-up',
      purpose: 'Takes the records of batches that Lambda gave up on into the table of dead letters, each once',
      handler: 'lambdas/operations/take-in-given-up.handler.ts',
      queue: deadLetters.intake.givenUp,
      concurrency: intakeConcurrency.takeInGivenUp,
      batchSize: 1, // a message is an object of up to hundreds of records: memory, and one answer for all of them
      impact: 'Records that Lambda gave up on are missing in the table of dead letters, and so in every list.',
    });
    givenUp.permit(
      { actions: ['s3:GetObject'], resources: [`${deadLetters.giveUpsArn}/aws/lambda/*`] },
      'Lambda names the objects of give-ups itself, all below this prefix.',
    );
  }

  #takeIn(id: string, { environment, foundation }: DeadLetterIntakeProps, intake: Intake): NodeFunction {
    const { deadLetters, tables } = foundation;
    const name = physicalName(environment.name, 'operations', intake.what);
    const consumer = new NodeFunction(this, id, {
      name,
      purpose: intake.purpose,
      handler: intake.handler,
      memoryMb: 512,
      timeoutSeconds: intakePatience.timeoutSeconds,
      reservedConcurrency: intake.concurrency,
      logDays: environment.logDays,
      network: foundation.network,
      reaches: ['dynamodb', 's3'],
      environment: {
        DEAD_LETTER_TABLE: tables.deadLetters.tableName,
        DEAD_LETTER_BUCKET: deadLetters.giveUpsName,
        DEAD_LETTER_DAYS: String(environment.deadLetterDays),
        STREAM_SOURCES: Object.keys(environment.sources)
          .map((source) => `${physicalName(environment.name, source)}=${source}`)
          .join(','),
      } satisfies IntakeEnv,
    });
    // The table's own grant would take in its indexes, which are only read.
    consumer.permit({ actions: ['dynamodb:PutItem'], resources: [tables.deadLetters.tableArn] });
    consumer.permit(
      { actions: ['s3:PutObject'], resources: [`${deadLetters.giveUpsArn}/parked/*`] },
      'One object per record that is too large for an item, named by its place in its stream.',
    );
    new QueueConsumer(this, `${id}Queue`, {
      name,
      queue: intake.queue.queue,
      failed: { queue: intake.queue.failed, runbook: 'operations-intake-failed' },
      patience: intakePatience,
      consumer,
      concurrency: intake.concurrency,
      batchSize: intake.batchSize,
      alarms: foundation.alarms,
      impact: intake.impact,
      runbook: 'operations-intake-lag',
      maxLag: Duration.minutes(5), // longer than one wait of a message that failed once
    });
    return consumer;
  }
}
