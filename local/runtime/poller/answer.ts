import type { InvokeResult } from '../../world.ts';

/** What a function's answer says of its batch: all is done, all is to be tried again, or from one record on. */
export type Verdict =
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'from'; readonly index: number };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Reads an answer (LDG, "Configuring partial batch response with Kinesis"): the lowest sequence number reported is the
 * checkpoint; nothing reported is success; an answer that cannot be read, or that names no record of the batch, fails
 * the batch as a whole. Without `ReportBatchItemFailures` only an error of the function fails it.
 */
export const readAnswer = (
  result: InvokeResult,
  sequenceNumbers: readonly string[],
  reportsFailures: boolean,
): Verdict => {
  if ('error' in result) return { kind: 'failed', why: result.message };
  const { payload } = result;
  if (!reportsFailures || payload === null || payload === undefined || payload === '') return { kind: 'finished' };
  const failures = isObject(payload) ? payload['batchItemFailures'] : undefined;
  if (isObject(payload) && (failures === undefined || failures === null)) return { kind: 'finished' };
  if (!Array.isArray(failures)) return { kind: 'failed', why: 'the answer is not { batchItemFailures: [] }' };
  if (failures.length === 0) return { kind: 'finished' };
  const indexes = failures.map((failure: unknown) => {
    const identifier = isObject(failure) ? failure['itemIdentifier'] : undefined;
    return typeof identifier === 'string' ? sequenceNumbers.indexOf(identifier) : -1;
  });
  if (indexes.includes(-1)) return { kind: 'failed', why: 'an itemIdentifier is not a sequence number of the batch' };
  return { kind: 'from', index: Math.min(...indexes) };
};
