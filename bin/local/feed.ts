import { atRate } from '../../feeds/simulation/at-rate.ts';
import type { Clock } from '../../feeds/clock.ts';
import type { FeedEvent, FeedRecord } from '../../feeds/feed-event.ts';
import { paceRecordings } from '../../feeds/pace.ts';
import { readRecording } from '../../feeds/recordings.ts';
import { replay } from '../../feeds/replay.ts';
import { createSimulator } from '../../feeds/simulation/simulator.ts';
import type { Encoder } from '../../lambdas/shared/serde/encoder.ts';
import type { LocalOptions } from './options.ts';

const encode = (encoder: Encoder, { source, subject, partitionKey, event }: FeedEvent): FeedRecord => ({
  source,
  partitionKey,
  data: encoder.encode(subject, event, { compression: 'none' }),
});

async function* encoded(
  encoder: Encoder,
  batches: AsyncIterable<readonly FeedEvent[]>,
): AsyncGenerator<readonly FeedRecord[]> {
  for await (const batch of batches) yield batch.map((event) => encode(encoder, event));
}

/** What is fed: recordings to their end, or a simulation without one. */
export const createFeed = (
  feed: LocalOptions['feed'],
  encoder: Encoder,
  clock: Clock,
): AsyncIterable<readonly FeedRecord[]> => {
  if ('simulate' in feed) {
    return atRate(feed.simulate.rate, createSimulator({ ...feed.simulate, encoder, now: clock.now }), clock);
  }
  const { recordings, speed } = feed.replay;
  return encoded(encoder, replay(paceRecordings(recordings.map(readRecording)), speed, clock));
};
