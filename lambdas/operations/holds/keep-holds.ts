import * as z from 'zod/mini';
import { UnavailableError } from '../../shared/errors/platform-error.ts';
import type { Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import type { HeldSource } from './config.ts';
import type { Look } from './look-at-source.ts';

export interface KeeperDependencies {
  readonly sources: readonly HeldSource[];
  /** One look at a source; never throws. */
  readonly look: (source: HeldSource, telemetry: Telemetry, probeTimeoutMs: number) => Promise<Look>;
  readonly telemetryOf: (source: string) => Telemetry;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

/** Pause between two looks, while there is something to look for. */
const betweenLooksMs = 5_000;
/** No look begins later than this: the next invocation of the schedule is about to. */
const lastLookMs = 45_000;
/** A probe that gives no answer for so long would not have passed. */
const longestProbeMs = 20_000;
/** Of the timeout of 60 s, so that it is we who end a look, and not Lambda. */
const endMs = 57_000;

/** The schedule says nothing; an operator who has just set or released a hold names its source, and gets one look. */
const Request = z.object({ source: z.optional(z.string()) });

/**
 * Looks at every source's hold, and goes on looking while something stands or is on its way.
 * @throws UnavailableError where a source could not be looked at in the end: that is the function's alarm
 */
export const keepHolds =
  ({ sources, look, telemetryOf, now, sleep }: KeeperDependencies) =>
  async (event: unknown): Promise<{ readonly looks: readonly Look[] }> => {
    const { source: only } = Request.parse(event ?? {});
    const watched = sources.filter(({ source }) => only === undefined || source === only);
    const startedAt = now();
    const passed = (): number => now() - startedAt;
    const lookAtAll = (): Promise<Look[]> =>
      Promise.all(
        watched.map((source) => look(source, telemetryOf(source.source), Math.min(longestProbeMs, endMs - passed()))),
      );

    let looks = await lookAtAll();
    if (only !== undefined) return { looks };
    while (looks.some(({ unfinished }) => unfinished) && passed() + betweenLooksMs <= lastLookMs) {
      await sleep(betweenLooksMs);
      looks = await lookAtAll();
    }
    const failed = looks.filter(({ problem }) => problem !== undefined);
    if (failed.length > 0)
      throw new UnavailableError(
        'keeper',
        `holds could not be kept: ${failed.map(({ source, problem }) => `${source}: ${problem}`).join('; ')}`,
      );
    return { looks };
  };
