import type { Wrong } from '../../../feeds/feed-event.ts';
import type { SendFeedRecords } from '../../../feeds/send-feed.ts';
import type { Traffic } from './traffic.ts';

/**
 * Sends records that are wrong, beside the feed, and only as many as it bears. All of them are noted as wrong: they must
 * be in the dead letters.
 */
export interface Poison {
  /** Of several kinds; fewer, or none, where so many would be held. */
  readonly send: (count: number) => Promise<void>;
  /** One that is too large to be parked in a message, so that its bytes go to the bucket. */
  readonly sendLarge: () => Promise<void>;
  readonly sent: () => number;
}

export interface PoisonOptions {
  readonly source: string;
  /** Notes what is wrong. */
  readonly sender: SendFeedRecords;
  /** Of that source. */
  readonly traffic: Traffic;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Other for every run over a data folder, so that no bytes come twice. */
  readonly mark: string;
}

const largeBytes = 450 * 1024;
/** Framing of ours without compression, as far as it goes before anything is looked up. */
const framed = (compression: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([3, compression]), Buffer.from(text.padStart(18, '-'))]);

const kinds: readonly (Wrong & { readonly bytes: (text: string) => Buffer })[] = [
  {
    name: 'poison in no framing',
    reason: 'foreign-frame',
    bytes: (text) => Buffer.from(`poison, not framed: ${text}`),
  },
  { name: 'poison in unknown compression', reason: 'unknown-compression', bytes: (text) => framed(9, text) },
  { name: 'poison that says zlib', reason: 'broken-compression', bytes: (text) => framed(5, text) },
];

export const createPoison = ({ source, sender, traffic, random, mark }: PoisonOptions): Poison => {
  let sent = 0;
  const next = (wrong: Wrong, bytes: (text: string) => Buffer) => {
    sent += 1;
    // Among the feed's own: a shard that the feed leaves alone would have nothing but poison, and be held for it.
    const keys = traffic.keys();
    const partitionKey = keys[Math.floor(random() * keys.length)] ?? String(random());
    return { source, partitionKey, data: bytes(`${mark} ${sent}`), wrong };
  };
  const sendUpTo = (count: number, one: (index: number) => ReturnType<typeof next>): Promise<void> => {
    const records = Array.from({ length: traffic.take(count) }, (_, index) => one(index));
    return records.length === 0 ? Promise.resolve() : sender(records);
  };
  return {
    sent: () => sent,
    send: (count) =>
      sendUpTo(count, (index) => {
        const { bytes, ...wrong } = kinds[index % kinds.length] as (typeof kinds)[number];
        return next(wrong, bytes);
      }),
    sendLarge: () =>
      sendUpTo(1, () =>
        next({ name: 'poison too large for a message', reason: 'too-large' }, (text) =>
          Buffer.concat([Buffer.from(text), Buffer.alloc(largeBytes)]),
        ),
      ),
  };
};
