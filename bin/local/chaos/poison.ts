import type { Wrong } from '../../../feeds/feed-event.ts';
import type { SendFeedRecords } from '../../../feeds/send-feed.ts';

/** Sends records that are wrong, beside the feed. All of them are noted as wrong: they must be in the dead letters. */
export interface Poison {
  /** Of several kinds. */
  readonly send: (count: number) => Promise<void>;
  /** One that is too large to be parked in a message, so that its bytes go to the bucket. */
  readonly sendLarge: () => Promise<void>;
  readonly sent: () => number;
}

export interface PoisonOptions {
  readonly source: string;
  /** Notes what is wrong. */
  readonly sender: SendFeedRecords;
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

export const createPoison = ({ source, sender, random, mark }: PoisonOptions): Poison => {
  let sent = 0;
  const next = (wrong: Wrong, bytes: (text: string) => Buffer) => {
    sent += 1;
    // Keys at random: over all the shards of the stream.
    return { source, partitionKey: String(random()), data: bytes(`${mark} ${sent}`), wrong };
  };
  return {
    sent: () => sent,
    send: (count) =>
      sender(
        Array.from({ length: count }, (_, index) => {
          const { bytes, ...wrong } = kinds[index % kinds.length] as (typeof kinds)[number];
          return next(wrong, bytes);
        }),
      ),
    sendLarge: () =>
      sender([
        next({ name: 'poison too large for a message', reason: 'too-large' }, (text) =>
          Buffer.concat([Buffer.from(text), Buffer.alloc(largeBytes)]),
        ),
      ]),
  };
};
