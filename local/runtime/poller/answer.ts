import type { InvokeResult } from '../../world.ts';
import { readBatchAnswer } from '../batch-answer.ts';

/** What a function's answer says of a shard: all is done, all is to be tried again, or from one record on. */
export type Verdict =
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'from'; readonly index: number };

/** Reads an answer: the lowest sequence number reported is the checkpoint. */
export const readAnswer = (
  result: InvokeResult,
  sequenceNumbers: readonly string[],
  reportsFailures: boolean,
): Verdict => {
  const answer = readBatchAnswer(result, sequenceNumbers, reportsFailures);
  return answer.kind === 'partly' ? { kind: 'from', index: Math.min(...answer.failed) } : answer;
};
