import type { SendFeedRecords } from '../../../feeds/send-feed.ts';

/** What a feed carries to one source, and how much more of it may be wrong. */
export interface Traffic {
  /**
   * Takes from what may be wrong beside the feed without the source being held for it.
   * @returns whole records, from 0 to `count`
   */
  readonly take: (count: number) => number;
  /** Of the latest records: where the feed's own go. Empty before the first. */
  readonly keys: () => readonly string[];
}

/**
 * A guard holds a source of whose last 200 records in a shard more than half are rejected. A quarter of a feed's right
 * records, and never more than this at once, stays far below.
 */
const share = 1 / 4;
const mostSaved = 45;
const rememberedKeys = 500;

const createTraffic = () => {
  let credit = 0;
  const latest: string[] = [];
  const traffic: Traffic = {
    take: (count) => {
      const taken = Math.max(0, Math.min(count, Math.floor(credit)));
      credit -= taken;
      return taken;
    },
    keys: () => latest,
  };
  const watching =
    (send: SendFeedRecords): SendFeedRecords =>
    async (records) => {
      await send(records);
      for (const { partitionKey, wrong } of records) {
        latest.push(partitionKey);
        credit = Math.max(-mostSaved, Math.min(mostSaved, credit + (wrong ? -1 : share)));
      }
      latest.splice(0, latest.length - rememberedKeys);
    };
  return { traffic, watching };
};

/** Watches what a feed sends, by senders that it is to use; faults use the others. */
export const watchTraffic = (senders: ReadonlyMap<string, SendFeedRecords>) => {
  const watched = new Map<string, SendFeedRecords>();
  const traffic = new Map<string, Traffic>();
  for (const [source, send] of senders) {
    const one = createTraffic();
    watched.set(source, one.watching(send));
    traffic.set(source, one.traffic);
  }
  return { senders: watched, traffic: traffic as ReadonlyMap<string, Traffic> };
};
