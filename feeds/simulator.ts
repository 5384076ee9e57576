import type { Encoder } from '../lambdas/shared/serde/encoder.ts';
import type { FeedEvent, FeedRecord } from './feed-event.ts';
import { pick, seededRandom } from './random.ts';
import { simulateMarket } from './simulated-market.ts';
import { quoteEvent, tradeEvent, type Quote } from './sources/market.ts';
import { wrongKinds } from './wrong-records.ts';

/** One record in a hundred is wrong, and another is a resend, which is right and changes nothing. */
const cycle = 100;
const wrongAt = cycle - 1;
const resendAt = cycle / 2 - 1;
/** One in ten comes compressed, and a resend comes in the other form: its content is the same all the same. */
const compressedEach = 10;
const remembered = 200;
const tradesShare = 0.25;

export interface SimulatorOptions {
  readonly seed: number;
  readonly encoder: Encoder;
  /** Milliseconds since the epoch: the event time of what is made. */
  readonly now: () => number;
}

interface Sent {
  readonly feedEvent: FeedEvent;
  readonly compression: 'none' | 'zlib';
}

/** Makes one record after the other, the same for the same seed apart from times, trade ids and made-up schema ids. */
export const createSimulator = ({ seed, encoder, now }: SimulatorOptions): (() => FeedRecord) => {
  const random = seededRandom(seed);
  const market = simulateMarket(random, now() * 1000);
  const recent: Sent[] = [];
  let lastMicros = 0;
  let lastQuote: Quote | undefined;
  let count = 0;
  let wrong = 0;

  /** No two events at the same microsecond: a quote's identity is its time, and prices may stand still. */
  const occurredAt = (): number => (lastMicros = Math.max(lastMicros + 1, now() * 1000));

  const encode = ({ feedEvent, compression }: Sent): FeedRecord => ({
    source: feedEvent.source,
    partitionKey: feedEvent.partitionKey,
    data: encoder.encode(feedEvent.subject, feedEvent.event, { compression }),
  });
  const nextEvent = (): FeedEvent => {
    if (random() < tradesShare) return tradeEvent(market.trade(occurredAt()));
    lastQuote = market.quote(occurredAt());
    return quoteEvent(lastQuote);
  };
  const fresh = (): FeedRecord => {
    const sent: Sent = { feedEvent: nextEvent(), compression: count % compressedEach === 0 ? 'zlib' : 'none' };
    recent.push(sent);
    if (recent.length > remembered) recent.shift();
    return encode(sent);
  };
  const resend = (): FeedRecord => {
    const { feedEvent, compression } = pick(random, recent);
    return encode({ feedEvent, compression: compression === 'zlib' ? 'none' : 'zlib' });
  };
  const spoiled = (): FeedRecord => {
    const kind = wrongKinds[wrong++ % wrongKinds.length] ?? pick(random, wrongKinds);
    const quote = market.quote(occurredAt());
    return kind.make({ encoder, quote, trade: market.trade(occurredAt()), sentQuote: lastQuote ?? quote });
  };

  return () => {
    const place = count % cycle;
    const record = place === wrongAt ? spoiled() : place === resendAt ? resend() : fresh();
    count += 1;
    return record;
  };
};
