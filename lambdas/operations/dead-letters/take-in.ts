import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { bulkhead } from 'cockatiel';
import { serviceError } from '../../shared/aws/service-error.ts';
import type { ProbeMark } from '../../shared/dead-letters/parked-message.ts';
import { dispositionOf } from '../../shared/errors/platform-error.ts';
import { createResilient, type Resilient } from '../../shared/resilience/retry.ts';
import type { Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import { reportIntake, type LetterResult, type MessageResult } from './intake-report.ts';
import type { IntakeStore } from './intake-store.ts';
import type { Letter } from './letter.ts';

export interface IntakeDependencies {
  readonly store: IntakeStore;
  /** Of a source; of a source that is not known, or not known yet, one for all. */
  readonly telemetryOf: (source: string | undefined) => Telemetry;
  readonly now: () => number;
}

/** The letters of one message, or what it is instead. @throws ForeignMessageError where it is none of ours */
export type ReadLetters = (body: string, resilient: Resilient) => Promise<readonly Letter[] | ProbeMark>;

/** More than fit: half the timeout ends the retries in place, and then the queue's own attempts begin. */
const maxRetries = 1_000;
/** An attempt that hangs must leave time for others. */
const attemptsThatFit = 3;
const atOnce = 50;

/**
 * Takes the messages of one batch into the table. Each stands for itself: what cannot be read, or not be put, is answered
 * as failed and comes again; it holds up no other. Never throws, so that no message pays for another.
 */
export const takeIn =
  ({ store, telemetryOf, now }: IntakeDependencies, readLetters: ReadLetters) =>
  async ({ Records: messages }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const halfMs = context.getRemainingTimeInMillis() / 2;
    const budget = { deadline: now() + halfMs, maxRetries, attemptTimeoutMs: halfMs / attemptsThatFit, now };
    const resilientFor = (source: string | undefined): Resilient =>
      createResilient(
        budget,
        (error) => dispositionOf(serviceError('intake', error)) === 'retry',
        (error) => {
          const reason = error instanceof Error ? error.name : 'unknown';
          telemetryOf(source).countByReason('IntakeRetries', reason, 1);
        },
      );
    const lanes = bulkhead(atOnce, Infinity); // bounded by the batch

    const add = async (letter: Letter): Promise<LetterResult> => {
      try {
        return { letter, takenInAt: await store.add(letter, resilientFor(letter.source)) };
      } catch (error) {
        return { letter, error };
      }
    };
    const take = async ({ messageId, body }: SQSRecord): Promise<MessageResult> => {
      try {
        const letters = await readLetters(body, resilientFor(undefined));
        if ('probe' in letters) return { messageId, letters: [], probeOf: letters.probe };
        return { messageId, letters: await Promise.all(letters.map((letter) => lanes.execute(() => add(letter)))) };
      } catch (error) {
        return { messageId, letters: [], error };
      }
    };
    const results = await Promise.all(messages.map(take));
    return { batchItemFailures: reportIntake(telemetryOf, results).map((itemIdentifier) => ({ itemIdentifier })) };
  };
