import type { Platform } from '../../bin/local/platform.ts';
import type { LocalRun } from '../../local/run.ts';

/** One second of a run. */
export interface Sample {
  /** Seconds since the first sample. */
  readonly at: number;
  /** Of the shard that is furthest behind, seconds. */
  readonly lag: number;
  /** Events in this second. */
  readonly stored: number;
  /** The largest resident set of a function that enriches, MB. */
  readonly memory: number;
}

const everyMs = 1_000;

/** Looks at a run once a second. @returns ends it */
export const sampleInto =
  (samples: Sample[]) =>
  ({ world, functions }: LocalRun, platform: Platform): (() => void) => {
    const names = platform.running.map(({ functionName }) => functionName);
    const storedSoFar = (): number =>
      world.metrics
        .list({ namespace: 'Millrace', name: 'Stored' })
        .reduce((sum, metric) => sum + world.metrics.total(metric), 0);
    const startedAt = Date.now();
    let before = storedSoFar();
    let beforeAt = startedAt;
    const look = (): void => {
      const now = Date.now();
      const stored = storedSoFar();
      const sizes = functions.sizes().filter(({ functionName }) => names.includes(functionName));
      samples.push({
        at: (now - startedAt) / 1_000,
        lag: platform.lagMs(now) / 1_000,
        stored: ((stored - before) * 1_000) / (now - beforeAt),
        memory: Math.max(0, ...sizes.map(({ rssMb }) => rssMb)),
      });
      before = stored;
      beforeAt = now;
    };
    const timer = setInterval(look, everyMs);
    return () => clearInterval(timer);
  };
