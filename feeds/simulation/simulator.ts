import type { Encoder } from '../../lambdas/shared/serde/encoder.ts';
import type { FeedEvent, FeedRecord } from '../feed-event.ts';
import type { Material } from '../wrong/wrong-kind.ts';
import { wrongKinds } from '../wrong/wrong-kinds.ts';

import { simulateEvents } from './events.ts';
import { paceOf, resendEach } from './pace.ts';
import { pick, seededRandom } from './random.ts';
import { takeTurns } from './wrong-turns.ts';

const resendAt = resendEach / 2 - 1;
/** One in ten comes compressed, and a resend comes in the other form: its content is the same all the same. */
const compressedEach = 10;
/** Of each subject or source, and of all that was made. */
const remembered = 50;
const rememberedOfAll = 500;

export interface SimulatorOptions {
  readonly seed: number;
  /** Records a second, of all sources. */
  readonly rate: number;
  readonly wrongPercent: number;
  readonly encoder: Encoder;
  /** Milliseconds since the epoch: the event time of what is made. */
  readonly now: () => number;
}

interface Sent {
  readonly feedEvent: FeedEvent;
  readonly compression: 'none' | 'zlib';
}

/** Keeps the last few of each key. */
const createMemory = <T>(most: number) => {
  const kept = new Map<string, T[]>();
  return {
    add: (key: string, item: T): void => {
      const items = kept.get(key) ?? [];
      kept.set(key, items);
      items.push(item);
      if (items.length > most) items.shift();
    },
    of: (key: string): readonly T[] => kept.get(key) ?? [],
  };
};

/**
 * Makes records, so many at a time. What is right and new is the same for the same seed and pace, apart from times and
 * ids, however many are asked for at once. Beside it stand resends, which change nothing, and records that are wrong,
 * every kind in turn, each source's share of them. Both of them refer to what was made in an earlier call, and so is in its stream by now:
 * within one call to a stream records may change places.
 */
export const createSimulator = ({ seed, rate, wrongPercent, encoder, now }: SimulatorOptions) => {
  const nextEvents = simulateEvents(seededRandom(seed), paceOf(rate, wrongPercent), now);
  const random = seededRandom(seed + 1);
  const frame: FeedEvent[] = [];
  let next = 0;
  const recent = createMemory<FeedEvent>(remembered);
  const sent = createMemory<FeedEvent>(remembered);
  let lately: readonly Sent[] = [];
  let made: Sent[] = [];
  let count = 0;
  let right = 0;
  let wrongDue = 0;
  let resendsDue = 0;
  const turns = takeTurns(wrongKinds);

  const refill = (): void => {
    frame.splice(0, frame.length, ...nextEvents());
    next = 0;
    for (const event of frame) recent.add(event.subject, event);
  };
  refill();

  const encode = ({ feedEvent, compression }: Sent): FeedRecord => ({
    source: feedEvent.source,
    partitionKey: feedEvent.partitionKey,
    data: encoder.encode(feedEvent.subject, feedEvent.event, { compression }),
  });
  const material: Material = {
    encoder,
    event: (subject) => pick(random, recent.of(subject)),
    sent: (source) => {
      const items = sent.of(source);
      return items.length === 0 ? undefined : pick(random, items);
    },
  };

  const fresh = (): FeedRecord => {
    if (next >= frame.length) refill();
    const feedEvent = frame[next++] as FeedEvent;
    const one: Sent = { feedEvent, compression: right++ % compressedEach === 0 ? 'zlib' : 'none' };
    made.push(one);
    turns.sawRight(feedEvent.source);
    return encode(one);
  };
  const resend = (): FeedRecord | undefined => {
    if (lately.length === 0) return undefined;
    const { feedEvent, compression } = pick(random, lately);
    return encode({ feedEvent, compression: compression === 'zlib' ? 'none' : 'zlib' });
  };
  const spoiled = (): FeedRecord | undefined => {
    const kind = turns.next();
    const record = kind?.make(material);
    return record && kind && { ...record, wrong: kind };
  };
  const one = (): FeedRecord => {
    const place = count;
    count += 1;
    wrongDue += Math.floor(((place + 1) * wrongPercent) / 100) - Math.floor((place * wrongPercent) / 100);
    if (place % resendEach === resendAt) resendsDue += 1;
    if (wrongDue > 0) {
      const record = spoiled();
      if (record) wrongDue -= 1;
      return record ?? fresh();
    }
    if (resendsDue === 0) return fresh();
    resendsDue -= 1;
    return resend() ?? fresh();
  };

  return (records: number): readonly FeedRecord[] => {
    for (const { feedEvent } of made) sent.add(feedEvent.source, feedEvent);
    lately = [...lately, ...made].slice(-rememberedOfAll);
    made = [];
    return Array.from({ length: records }, one);
  };
};
