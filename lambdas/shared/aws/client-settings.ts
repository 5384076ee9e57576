/**
 * For every SDK client of a function. The SDK waits for ever by default: a service that hangs would then become a
 * time-out of the function, which is a crash and spends the batch's attempts, instead of a `retry` of ours.
 * `requestTimeout` ends with the first byte of an answer; `socketTimeout` is for one that stops in its middle.
 */
export const clientSettings = {
  maxAttempts: 1, // retries are ours, and counted (resilience/retry.ts); the SDK's own would be silent
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    throwOnRequestTimeout: true,
    socketTimeout: 3_000,
  },
} as const;
