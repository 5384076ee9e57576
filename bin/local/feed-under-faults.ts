import { systemClock } from '../../feeds/clock.ts';
import { holdLast } from '../../feeds/hold-last.ts';
import { sendFeed, type SendFeedRecords } from '../../feeds/send-feed.ts';
import type { Subscriber } from '../../feeds/subscriber/subscriber.ts';
import type { FaultResult } from '../../local/faults/run-in-turn.ts';
import type { Faults } from './chaos/create-faults.ts';
import { lookAtDelivery } from './chaos/delivered-until.ts';
import { runChaos } from './chaos/run-chaos.ts';
import { createFeed } from './feed.ts';
import type { LocalOptions } from './options.ts';
import type { Session } from './session.ts';

/** Until the signal: a wait that is over is no failure. */
const until = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
};

/** Where records go, and who is told. */
export interface Sending {
  readonly senders: ReadonlyMap<string, SendFeedRecords>;
  readonly onSent: (source: string, count: number) => void;
}

/** When the feed is to end: its time is over and nothing is wrong any more, or all is stopped. */
const feedEnd = (
  { durationMs, exitWhenDone, chaos, feed }: LocalOptions,
  stop: AbortSignal,
  chaosOver: Promise<unknown>,
): AbortSignal => {
  const endsWithChaos = exitWhenDone && 'simulate' in feed && chaos.length > 0;
  if (durationMs === undefined && !endsWithChaos) return stop;
  const over = new AbortController();
  const elapsed = until(AbortSignal.any([stop, AbortSignal.timeout(durationMs ?? 0)]));
  void Promise.allSettled([elapsed, chaosOver]).then(() => over.abort());
  return AbortSignal.any([stop, over.signal]);
};

/** Sends the feed to its end, or until it is to end. @throws Error when the feed itself fails */
const feed = async (
  { options, platform, screen }: Session,
  stop: AbortSignal,
  chaosOver: Promise<unknown>,
  { senders, onSent }: Sending,
): Promise<void> => {
  const end = feedEnd(options, stop, chaosOver);
  const batches = createFeed(options.feed, platform.encoder, systemClock(end));
  try {
    const held = options.chaos.length > 0 ? holdLast(batches, chaosOver) : batches;
    await sendFeed(held, senders, onSent, end);
  } catch (error) {
    if (!end.aborted) throw error;
  }
  if (end.aborted) return;
  screen.print('The feed has been sent.');
  if (!options.exitWhenDone) await until(end);
};

/** Feeds, while things go wrong. @throws Error of whichever fails first, when both have ended */
export const feedUnderFaults = async (
  session: Session,
  faults: Faults,
  sending: Sending,
  subscriber: Subscriber,
): Promise<readonly FaultResult[]> => {
  const { options, run, platform, signals, times } = session;
  const failed = new AbortController();
  const stop = AbortSignal.any([signals.stop, failed.signal]);
  const endBoth = (error: unknown): never => {
    failed.abort();
    throw error;
  };
  const say = (line: string): void => run.world.progress(line);
  const { functions } = run;
  const { pollers } = run.world;
  const delivery = lookAtDelivery(() => platform.delivery.progress(), subscriber, Date.now);
  const chaos = runChaos({
    steps: options.chaos,
    faults,
    functions,
    pollers,
    platform,
    deliveredUntil: delivery.until,
    end: stop,
    say,
    ...(times ? { times } : {}),
  }).catch(endBoth);
  const feeding = feed(session, stop, chaos, sending).catch(endBoth);
  const [broken, fed] = await Promise.allSettled([chaos, feeding]);
  await delivery.stop();
  if (fed.status === 'rejected') throw fed.reason;
  if (broken.status === 'rejected') throw broken.reason;
  return broken.value;
};
