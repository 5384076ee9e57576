/**
 * For every SDK client of a function. The SDK waits for ever by default: a service that hangs would then become a
 * time-out of the function, which is a crash and spends the batch's attempts, instead of a `retry` of ours.
 * @param silenceMs - how long a service may say nothing, before its answer and in the middle of it
 */
export const clientSettingsWithin = (silenceMs: number) => ({
  maxAttempts: 1, // retries are ours, and counted (resilience/retry.ts); the SDK's own would be silent
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: silenceMs, // ends with the first byte of the answer
    socketTimeout: silenceMs,
    throwOnRequestTimeout: true,
  },
});

export const clientSettings = clientSettingsWithin(3_000);
