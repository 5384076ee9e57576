import type { Account } from '../../feeds/account/account.ts';
import { seededRandom } from '../../feeds/simulation/random.ts';
import { checkWrong, type WrongCheck } from '../../feeds/wrong/check-wrong.ts';
import { openWrongLedger } from '../../feeds/wrong/wrong-ledger.ts';
import type { FaultResult, FaultTimes } from '../../local/faults/run-in-turn.ts';
import { createFaults, type FaultyRun } from './chaos/create-faults.ts';
import { watchTraffic } from './chaos/traffic.ts';
import { feedUnderFaults } from './feed-under-faults.ts';
import { takeFinalAccount, untilAllIsDone } from './final-account.ts';
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

const lookAtHoldsMs = 1_000;

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
  const say = (line: string): void => run.world.progress(line);
  const { ledger, senders } = openWrongLedger(platform.senders);
  const fedBy = watchTraffic(senders);
  // Before anything is sent: what it is not pushed it has to ask for.
  const delivered = await platform.delivery.watch(say);
  const startedAt = Date.now();
  const sent = new Map<string, number>();
  const show = (): void => {
    const now = Date.now();
    const counts = platform.sources.map((source) =>
      readLiveCounts(run.world.metrics, source, sent.get(source) ?? 0, now),
    );
    screen.show(formatLive(counts, now - startedAt, watch.standing(), delivered.log.pushed));
  };
  const watch = watchHolds({ holds: () => platform.holds(), say });
  const watching = setInterval(() => void watch.look(), lookAtHoldsMs);
  const timer = setInterval(show, liveEveryMs);
  try {
    let feedError: unknown;
    const onSent = (source: string, count: number): void => void sent.set(source, (sent.get(source) ?? 0) + count);
    const random = seededRandom(options.seed);
    const { traffic } = fedBy;
    const { fed } = session;
    const faults = createFaults({
      run,
      platform,
      subscriber: delivered.subscriber,
      senders,
      traffic,
      fed,
      random,
      say,
      hurry: signals.stopNow,
    });
    const chaos = await feedUnderFaults(
      session,
      faults,
      { senders: fedBy.senders, onSent },
      delivered.subscriber,
    ).catch((error: unknown) => {
      feedError = error;
      screen.print(`The feed failed: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    });
    signals.stopNow.throwIfAborted();
    await untilAllIsDone(session, delivered.subscriber);
    show();
    clearInterval(timer);
    const account = await takeFinalAccount(session, delivered);
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
    await delivered.subscriber.close();
  }
};
