import type { FeedRecord } from './feed-event.ts';

/** Puts records into one stream; settles when the stream has taken all of them. */
export type SendRecords = (records: readonly Pick<FeedRecord, 'partitionKey' | 'data'>[]) => Promise<void>;

/** The same for whoever wants to know what they are. */
export type SendFeedRecords = (records: readonly FeedRecord[]) => Promise<void>;

/**
 * Sends batch after batch, each to the streams of its records' sources; the next one is asked for when the one before
 * has been taken, so that nothing piles up.
 * @param senders - by source
 * @param onSent - told after every batch
 * @param end - no batch is begun after it
 * @throws Error for a source without a stream
 */
export const sendFeed = async (
  batches: AsyncIterable<readonly FeedRecord[]>,
  senders: ReadonlyMap<string, SendFeedRecords>,
  onSent: (source: string, count: number) => void,
  end: AbortSignal,
): Promise<void> => {
  for await (const batch of batches) {
    // A feed at full speed never sleeps, and only a sleep would notice.
    if (end.aborted) return;
    const bySource = Map.groupBy(batch, ({ source }) => source);
    for (const [source, records] of bySource) {
      const send = senders.get(source);
      if (!send)
        throw new Error(`the feed has records of ${source}; there are streams for ${[...senders.keys()].join(', ')}`);
      await send(records);
      onSent(source, records.length);
    }
  }
};
