#!/usr/bin/env node
/** `npm start`: the platform on this machine, with a feed and an account (docs/local.md). */
import { join } from 'node:path';
import { paceRecordings } from '../feeds/pace.ts';
import { checkRecording, readRecording } from '../feeds/recordings.ts';
import { formatAccount } from '../feeds/account/format-account.ts';
import { systemClock } from '../feeds/clock.ts';
import { formatWrong } from '../feeds/wrong/format-wrong.ts';
import { startLocal } from '../local/run.ts';
import { checkReplay, simulated } from './local/chaos/chaos-steps.ts';
import { proxiedFor } from './local/chaos/fault-names.ts';
import { chaosProblems, formatChaos } from './local/chaos/format-chaos.ts';
import { openDataDir } from './local/data-dir.ts';
import { announceLocal, withRestApi } from './local/local-file.ts';
import { help, parseLocalOptions, UsageError, type LocalOptions } from './local/options.ts';
import { openPage, type OpenPage } from './local/page/open-page.ts';
import { openPlatform } from './local/platform.ts';
import { createScreen, type Screen } from './local/screen.ts';
import { runSession, type Session } from './local/session.ts';
import { listenForStop, type StopSignals } from './local/stop-signals.ts';
import { synthesize } from './local/synthesize.ts';

const stoppedEarly = 130;

/** @returns the sources that are fed, the busiest first, where something is to go wrong */
const checkRecordings = async ({ feed, chaos }: LocalOptions): Promise<readonly string[]> => {
  if (!('replay' in feed)) return simulated;
  for (const recording of feed.replay.recordings) {
    try {
      await checkRecording(recording);
    } catch (error) {
      throw new UsageError((error as Error).message, { cause: error });
    }
  }
  if (chaos.length === 0) return [];
  const { recordings, speed } = feed.replay;
  try {
    return await checkReplay(chaos, paceRecordings(recordings.map(readRecording)), speed);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
};

/** @throws Error as soon as everything is to be stopped at once, or a service ended that nobody stopped */
const untilItMustEnd = async ({ signals }: Session, failed: Promise<Error>): Promise<never> => {
  const stopped = new Promise<Error>((resolve) => {
    signals.stopNow.addEventListener('abort', () => resolve(signals.stopNow.reason as Error));
  });
  const why = await Promise.race([stopped, failed]);
  if (signals.isStop(why)) throw why;
  signals.abandon();
  throw new Error(`the platform is of no use any more: ${why.message}`, { cause: why });
};

interface Asked {
  readonly options: LocalOptions;
  /** Sources, the busiest first. */
  readonly fed: readonly string[];
}

const runAt = async (
  dataDir: string,
  { options, fed }: Asked,
  screen: Screen,
  signals: StopSignals,
): Promise<number> => {
  const startedAt = performance.now();
  const progress = (line: string): void => {
    screen.print(`[${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${line}`);
  };
  progress('synthesizing the environment local');
  const assemblyDir = join(dataDir, 'cdk.out');
  await synthesize(assemblyDir, signals.stop);
  progress('synthesized; starting the services');
  const { postgresPort } = options;
  const run = await startLocal({
    assemblyDir,
    dataDir,
    progress,
    signal: signals.stop,
    proxied: proxiedFor(options.chaos.flatMap(({ names }) => names)),
    ...(postgresPort === undefined ? {} : { postgresPort }),
  });
  let withdraw: (() => Promise<void>) | undefined;
  try {
    withdraw = await announceLocal(withRestApi(run), progress);
    const platform = openPlatform(run, systemClock(signals.stopNow).sleep);
    let page: OpenPage | undefined;
    try {
      page = await openPage(run, platform);
      progress(`the page is at ${page.address}`);
      progress(`running, functions log to ${join(dataDir, 'logs')}; Ctrl-C ends it with an account`);
      const liveEveryMs = process.stdout.isTTY ? 1_000 : 5_000;
      const session: Session = { options, fed, run, platform: page.platform, screen, signals, liveEveryMs };
      const { account, wrong, chaos, notBegun, feedError } = await Promise.race([
        runSession(session),
        untilItMustEnd(session, run.failed),
      ]);
      screen.print(formatAccount(account));
      if (wrong) screen.print(formatWrong(wrong));
      if (options.chaos.length > 0) screen.print(formatChaos(chaos, wrong?.unsent ?? [], notBegun));
      const isRight = account.balances && (wrong?.faultCount ?? 0) === 0 && chaosProblems(chaos, notBegun).length === 0;
      return isRight && feedError === undefined ? 0 : 1;
    } finally {
      await page?.stop();
      platform.close();
    }
  } finally {
    screen.print('Stopping.');
    // One after the other: the folder is released behind us, and nothing may still be using it.
    await run.stop().finally(() => withdraw?.());
  }
};

const main = async (args: readonly string[]): Promise<number> => {
  const options = parseLocalOptions(args);
  if (!options) {
    console.log(help);
    return 0;
  }
  const fed = await checkRecordings(options);
  const signals = listenForStop();
  const screen = createScreen(process.stdout);
  const dataDir = await openDataDir(options.dataDir);
  try {
    return await runAt(dataDir.path, { options, fed }, screen, signals);
  } catch (error) {
    if (signals.isStop(error)) {
      screen.print('Stopped before there was an account.');
      return stoppedEarly;
    }
    throw error;
  } finally {
    await dataDir.release();
    if (dataDir.kept) screen.print(`The data is in ${dataDir.path}`);
  }
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`millrace: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof UsageError) console.error('npm start -- --help lists the options.');
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
