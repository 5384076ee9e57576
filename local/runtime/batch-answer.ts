import type { FunctionResult } from '../world.ts';

/** What a function's answer says of its batch: all is done, all failed, or these failed. */
export type BatchAnswer =
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'partly'; /** Where in the batch, at least one. */ readonly failed: readonly number[] };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Reads an answer (LDG, "Configuring partial batch response", for Kinesis and for SQS alike): nothing reported is
 * success; an answer that cannot be read, or that names no item of the batch, fails the batch as a whole. Without
 * `ReportBatchItemFailures` only an error of the function fails it.
 *
 * @param ids - of the batch, in its order: sequence numbers or message ids
 */
export const readBatchAnswer = (
  result: FunctionResult,
  ids: readonly string[],
  reportsFailures: boolean,
): BatchAnswer => {
  if ('error' in result) return { kind: 'failed', why: result.message };
  const { payload } = result;
  if (!reportsFailures || payload === null || payload === undefined || payload === '') return { kind: 'finished' };
  const failures = isObject(payload) ? payload['batchItemFailures'] : undefined;
  if (isObject(payload) && (failures === undefined || failures === null)) return { kind: 'finished' };
  if (!Array.isArray(failures)) return { kind: 'failed', why: 'the answer is not { batchItemFailures: [] }' };
  if (failures.length === 0) return { kind: 'finished' };
  const failed = failures.map((failure: unknown) => {
    const identifier = isObject(failure) ? failure['itemIdentifier'] : undefined;
    return typeof identifier === 'string' ? ids.indexOf(identifier) : -1;
  });
  if (failed.includes(-1)) return { kind: 'failed', why: 'an itemIdentifier names nothing of the batch' };
  return { kind: 'partly', failed };
};
