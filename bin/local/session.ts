import { setTimeout as wait } from 'node:timers/promises';
import type { Account } from '../../feeds/account/account.ts';
import { settle } from '../../feeds/account/settle.ts';
import { takeAccount } from '../../feeds/account/take-account.ts';
import { systemClock } from '../../feeds/clock.ts';
import { holdLast } from '../../feeds/hold-last.ts';
import { seededRandom } from '../../feeds/simulation/random.ts';
import { sendFeed, type SendFeedRecords } from '../../feeds/send-feed.ts';
import { checkWrong, type WrongCheck } from '../../feeds/wrong/check-wrong.ts';
import { openWrongLedger } from '../../feeds/wrong/wrong-ledger.ts';
import type { FaultResult, FaultTimes } from '../../local/faults/run-in-turn.ts';
import { catchUp } from './catch-up.ts';
import { createFaults, type Faults, type FaultyRun } from './chaos/create-faults.ts';
import { runChaos } from './chaos/run-chaos.ts';
import { watchTraffic } from './chaos/traffic.ts';
import { createFeed } from './feed.ts';
import { formatLive, readLiveCounts } from './live.ts';
import type { LocalOptions } from './options.ts';
import type { Platform } from './platform.ts';
import type { Screen } from './screen.ts';
import type { StopSignals } from './stop-signals.ts';
import { watchHolds } from './watch-holds.ts';

export interface Session {
  readonly options: LocalOptions;
  /** The sources that are fed, the busiest first; looked at where something is to go wrong. */
  readonly fed: readonly string[];
  readonly run: FaultyRun;
  readonly platform: Platform;
  readonly screen: Screen;
  readonly signals: StopSignals;
  /** Milliseconds between two looks at the live counts. */
  readonly liveEveryMs: number;
  /** Of what is to go wrong. @default as everywhere */
  readonly times?: FaultTimes;
}

/** Once all shards are read to their end, what does not balance after this long never will. */
const settledMs = 5_000;
const lookAgainMs = 2_000;
const lookAtHoldsMs = 1_000;

/** Until the signal: a wait that is over is no failure. */
const until = async (signal: AbortSignal): Promise<void> => {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
};

/** Where records go, and who is told. */
interface Sending {
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
const feedUnderFaults = async (session: Session, faults: Faults, sending: Sending): Promise<readonly FaultResult[]> => {
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
  const chaos = runChaos({
    steps: options.chaos,
    faults,
    functions,
    pollers,
    platform,
    end: stop,
    say,
    ...(times ? { times } : {}),
  }).catch(endBoth);
  const feeding = feed(session, stop, chaos, sending).catch(endBoth);
  const [broken, fed] = await Promise.allSettled([chaos, feeding]);
  if (fed.status === 'rejected') throw fed.reason;
  if (broken.status === 'rejected') throw broken.reason;
  return broken.value;
};

export interface Outcome {
  readonly account: Account;
  /** Of a simulation: whether the dead letters are what was sent wrong. */
  readonly wrong: WrongCheck | undefined;
  /** Of what was to go wrong, each fault that did. */
  readonly chaos: readonly FaultResult[];
  /** What was to go wrong and did not, though nobody stopped the run. */
  readonly notBegun: readonly string[];
  /** Why the feed ended early, where it failed: what it had sent by then is in the account. */
  readonly feedError: unknown;
}

/**
 * Feeds, shows how it goes, and takes the account at the end, also of a feed that failed.
 * @throws Error when the account cannot be taken; the stop signal's reason when all is to be stopped at once
 */
export const runSession = async (session: Session): Promise<Outcome> => {
  const { options, run, platform, screen, signals, liveEveryMs } = session;
  const { ledger, senders } = openWrongLedger(platform.senders);
  const fedBy = watchTraffic(senders);
  const startedAt = Date.now();
  const sent = new Map<string, number>();
  const show = (): void => {
    const now = Date.now();
    const counts = platform.sources.map((source) =>
      readLiveCounts(run.world.metrics, source, sent.get(source) ?? 0, now),
    );
    screen.show(formatLive(counts, now - startedAt, watch.standing()));
  };
  const say = (line: string): void => run.world.progress(line);
  const watch = watchHolds({ holds: () => platform.holds(), say });
  const watching = setInterval(() => void watch.look(), lookAtHoldsMs);
  const timer = setInterval(show, liveEveryMs);
  try {
    let feedError: unknown;
    const onSent = (source: string, count: number): void => void sent.set(source, (sent.get(source) ?? 0) + count);
    const random = seededRandom(options.seed);
    const { traffic } = fedBy;
    const { fed } = session;
    const faults = createFaults({ run, platform, senders, traffic, fed, random, say, hurry: signals.stopNow });
    const chaos = await feedUnderFaults(session, faults, { senders: fedBy.senders, onSent }).catch((error: unknown) => {
      feedError = error;
      screen.print(`The feed failed: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    });
    signals.stopNow.throwIfAborted();
    screen.print('Waiting until everything in the streams has been processed.');
    const sleep = (ms: number): Promise<void> => wait(ms, undefined, { signal: signals.stopNow });
    await catchUp({ ...platform, now: Date.now, sleep, say: (line) => screen.print(line) });
    const onWait = (messages: number): void =>
      screen.print(`Waiting for ${messages} messages on their way to the dead letters.`);
    const left = await platform.drainIntake({ now: Date.now, sleep, onWait });
    if (left > 0) screen.print(`${left} messages did not get to the dead letters: the account is taken without them.`);
    show();
    clearInterval(timer);
    screen.print('Taking the account.');
    const account = await settle(
      () => takeAccount(platform.readers),
      { everyMs: lookAgainMs, unchangedMs: settledMs, now: Date.now, sleep },
      () => screen.print('The account does not balance yet; looking again.'),
    );
    const isKnown = 'simulate' in options.feed || options.chaos.length > 0;
    const wrong = isKnown
      ? await checkWrong(
          ledger,
          { letters: platform.readers.readDeadLetters(), held: platform.readers.readHeld() },
          startedAt,
          faults.expected(),
        )
      : undefined;
    const rest = signals.stop.aborted ? [] : options.chaos.slice(chaos.length);
    const notBegun = rest.map(({ names }) => names.join('+'));
    return { account, wrong, chaos, notBegun, feedError };
  } finally {
    clearInterval(timer);
    clearInterval(watching);
  }
};
