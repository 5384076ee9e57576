import { dispositionOf, PlatformError } from '../shared/errors/platform-error.ts';
import type { StreamRecord } from '../shared/batch/kinesis.ts';
import type { Resilient } from '../shared/resilience/retry.ts';
import type { DecodedEvent, Decoder } from '../shared/serde/decoder.ts';

/**
 * Decodes a batch, and those records again that wait for something, such as a schema the registry does not know yet:
 * waiting here spends none of the mapping's attempts. Never throws: what still waits at the end is answered.
 */
export const decodeBatch = async (
  decoder: Decoder,
  records: readonly StreamRecord[],
  resilient: Resilient,
): Promise<readonly (DecodedEvent | PlatformError)[]> => {
  const results: (DecodedEvent | PlatformError)[] = [];
  let waiting = records.map((_, index) => index);
  const attempt = async (): Promise<void> => {
    const decoded = await decoder.decodeBatch(waiting.map((index) => records[index] as StreamRecord));
    waiting.forEach((index, n) => (results[index] = decoded[n] as DecodedEvent | PlatformError));
    waiting = waiting.filter((index) => results[index] instanceof Error && dispositionOf(results[index]) === 'retry');
    const [first] = waiting;
    if (first !== undefined) throw results[first];
  };
  try {
    await resilient(attempt);
  } catch (error) {
    // What is not classified is a bug and a crash.
    if (!(error instanceof PlatformError)) throw error;
    // Out of time before there was an attempt: nothing stands in the results yet.
    for (const index of waiting) results[index] ??= error;
  }
  return results;
};
