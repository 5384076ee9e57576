import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulated, type ChaosStep } from '../../bin/local/chaos/chaos-steps.ts';
import { proxiedFor } from '../../bin/local/chaos/fault-names.ts';
import { openPlatform, type Platform } from '../../bin/local/platform.ts';
import { runSession, type Outcome } from '../../bin/local/session.ts';
import { synthesize } from '../../bin/local/synthesize.ts';
import { systemClock } from '../../feeds/clock.ts';
import type { FaultTimes } from '../../local/faults/run-in-turn.ts';
import { startLocal, type LocalRun } from '../../local/run.ts';

export interface FaultsRun {
  readonly chaos: readonly ChaosStep[];
  /** Records a second, of all sources. */
  readonly rate: number;
  readonly wrongPercent: number;
  readonly seed: number;
  readonly say: (line: string) => void;
  readonly times?: FaultTimes;
  /** Watches while it is fed and broken. @returns ends it */
  readonly watch?: (run: LocalRun, platform: Platform) => () => void;
}

const liveEveryMs = 10_000;

/** A whole run of the platform, as `npm start -- --exit-when-done --chaos …` does it, over a folder that is thrown away. */
export const runFaults = async ({
  chaos,
  rate,
  wrongPercent,
  seed,
  say,
  times,
  watch,
}: FaultsRun): Promise<Outcome> => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-faults-'));
  await chmod(dir, 0o755);
  const never = new AbortController().signal;
  try {
    const assemblyDir = join(dir, 'cdk.out');
    await synthesize(assemblyDir, never);
    const run = await startLocal({
      assemblyDir,
      dataDir: join(dir, 'data'),
      progress: say,
      proxied: proxiedFor(chaos.flatMap(({ names }) => names)),
    });
    const platform = openPlatform(run, systemClock(never).sleep);
    const stopWatching = watch?.(run, platform);
    try {
      const session = runSession({
        options: {
          feed: { simulate: { rate, seed, wrongPercent } },
          durationMs: undefined,
          exitWhenDone: true,
          chaos,
          seed,
          dataDir: undefined,
          postgresPort: undefined,
        },
        fed: simulated,
        run,
        platform,
        screen: { print: say, show: (block) => say(block.join(' | ')), clear: () => {} },
        signals: { stop: never, stopNow: never, abandon: () => {}, isStop: () => false },
        liveEveryMs,
        ...(times ? { times } : {}),
      });
      const failed = run.failed.then((error) => {
        throw error;
      });
      return await Promise.race([session, failed]);
    } finally {
      stopWatching?.();
      platform.close();
      await run.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
};
