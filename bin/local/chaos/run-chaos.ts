import { systemClock } from '../../../feeds/clock.ts';
import { atOnce } from '../../../local/faults/at-once.ts';
import { runInTurn, type FaultResult, type FaultTimes } from '../../../local/faults/run-in-turn.ts';
import type { RunningFunctions } from '../../../local/runtime/function-host.ts';
import type { PollerHost } from '../../../local/world.ts';
import type { Platform } from '../platform.ts';
import { chaosTimes, type ChaosStep } from './chaos-steps.ts';
import type { Faults } from './create-faults.ts';
import { createObserver } from './observe.ts';

export interface ChaosOptions {
  readonly steps: readonly ChaosStep[];
  readonly faults: Faults;
  readonly functions: Pick<RunningFunctions, 'sizes'>;
  readonly pollers: Pick<PollerHost, 'onBatch'>;
  readonly platform: Pick<Platform, 'running' | 'lagMs' | 'isCaughtUp'>;
  /** Up to when what arrived is with the subscriber; milliseconds since the epoch. */
  readonly deliveredUntil: () => number;
  /** Ends it early; what is broken by then is mended. */
  readonly end: AbortSignal;
  readonly say: (line: string) => void;
  readonly times?: FaultTimes;
}

/** Lets things go wrong, in turn. @throws Error where something does not come right again */
export const runChaos = async ({
  steps,
  faults,
  functions,
  pollers,
  platform,
  deliveredUntil,
  end,
  say,
  times = chaosTimes,
}: ChaosOptions): Promise<readonly FaultResult[]> => {
  if (steps.length === 0) return [];
  const { now, sleep } = systemClock(end);
  const functionNames = platform.running.map(({ functionName }) => functionName);
  const observer = createObserver({ functions, functionNames, pollers, lagMs: () => platform.lagMs(now()) });
  try {
    return await runInTurn(
      steps.map(({ names, forMs }) => ({ fault: atOnce(names.map((name) => faults.create(name))), forMs })),
      times,
      {
        now,
        sleep: async (ms) => {
          await sleep(ms).catch((error: unknown) => {
            if (!end.aborted) throw error;
          });
        },
        ending: () => end.aborted,
        isCaughtUp: (since) => platform.isCaughtUp(since) && deliveredUntil() > since,
        observe: observer.observe,
        say,
      },
    );
  } finally {
    observer.stop();
  }
};
