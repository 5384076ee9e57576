import type { FunctionResult } from '../../world.ts';
import { readBatchAnswer } from '../batch-answer.ts';
import type { QueueRecord } from './record.ts';

/** What becomes of a batch after its invocation. */
export interface Settlement {
  /** To be deleted from the queue. */
  readonly done: readonly QueueRecord[];
  /** Left alone: the queue delivers them again after their visibility timeout, or moves them to its dead-letter queue. */
  readonly left: readonly QueueRecord[];
  /** Why the batch failed as a whole, where it did. */
  readonly why?: string;
}

/** The rule of a queue: what succeeded is deleted, and what failed is touched no more. Pure. */
export const settle = (
  result: FunctionResult,
  records: readonly QueueRecord[],
  reportsFailures: boolean,
): Settlement => {
  const ids = records.map(({ messageId }) => messageId);
  const answer = readBatchAnswer(result, ids, reportsFailures);
  if (answer.kind === 'finished') return { done: records, left: [] };
  if (answer.kind === 'failed') return { done: [], left: records, why: answer.why };
  // By id: a queue may deliver a message twice, even in one batch, and then both of it failed.
  const failed = new Set(answer.failed.map((index) => ids[index]));
  return {
    done: records.filter(({ messageId }) => !failed.has(messageId)),
    left: records.filter(({ messageId }) => failed.has(messageId)),
  };
};
