import type { FunctionResult } from '../../world.ts';
import { readBatchAnswer } from '../batch-answer.ts';

/** What came of an invocation: all is done, the function broke, its answer fails all, or it goes on from one record. */
export type Verdict =
  | { readonly kind: 'finished' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'from'; readonly index: number };

/** Reads an answer: the lowest sequence number reported is the checkpoint. */
export const readAnswer = (
  result: FunctionResult,
  sequenceNumbers: readonly string[],
  reportsFailures: boolean,
): Verdict => {
  if ('error' in result) return { kind: 'broken' };
  const answer = readBatchAnswer(result, sequenceNumbers, reportsFailures);
  if (answer.kind === 'partly') return { kind: 'from', index: Math.min(...answer.failed) };
  return { kind: answer.kind };
};
