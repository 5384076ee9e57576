import type { Clock } from './clock.ts';
import type { FeedEvent } from './feed-event.ts';
import type { Paced, Speed } from './pace.ts';

/** How long a replay takes, milliseconds: nothing at full speed. Reads the recordings through. */
export const replayLength = async (paced: AsyncIterable<Paced>, speed: Speed): Promise<number> => {
  let last = 0;
  if (speed !== 'max') for await (const { dueMs } of paced) last = dueMs / speed;
  return last;
};

/** As many records as one call to the stream takes. */
const batchSize = 500;

/**
 * Hands out events when they are due: everything that is due by now in one batch, at most 500.
 * @param speed - 2 is twice the recorded pace; `max` waits for nothing
 */
export async function* replay(
  paced: AsyncIterable<Paced>,
  speed: Speed,
  clock: Clock,
): AsyncGenerator<readonly FeedEvent[]> {
  const startedAt = clock.now();
  let batch: FeedEvent[] = [];
  for await (const { dueMs, event } of paced) {
    const wait = speed === 'max' ? 0 : startedAt + dueMs / speed - clock.now();
    if (batch.length > 0 && (wait > 0 || batch.length >= batchSize)) {
      yield batch;
      batch = [];
    }
    if (wait > 0) await clock.sleep(wait);
    batch.push(event);
  }
  if (batch.length > 0) yield batch;
}
