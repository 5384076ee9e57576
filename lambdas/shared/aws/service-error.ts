import { MisconfiguredError, PlatformError, UnavailableError } from '../errors/platform-error.ts';

/** Error names with which AWS services say that the deployment is wrong: no retry of a record can mend these. */
const misconfigured = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'ResourceNotFoundException',
  'NoSuchBucket',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
]);

/**
 * What a failed call to an AWS service means: `halt` where the service named a fault of the deployment, else `retry`
 * (throttles, time-outs, lost connections, 5xx). An error of ours, such as a breaker's refusal, stays as it is.
 * @throws what was thrown, where that is a bug of ours before the call: a crash, not an outage
 * @param dependency - what was called: `parked-queue`, `entity-state`, …
 */
export const serviceError = (dependency: string, error: unknown): PlatformError => {
  if (error instanceof PlatformError) return error;
  if (error instanceof TypeError || error instanceof RangeError) throw error;
  const name = error instanceof Error ? error.name : 'unknown';
  return misconfigured.has(name)
    ? new MisconfiguredError(
        dependency,
        `${dependency} refused us (${name}): check its name and our rights`,
        { name },
        { cause: error },
      )
    : new UnavailableError(dependency, `${dependency} did not answer (${name})`, { name }, { cause: error });
};
