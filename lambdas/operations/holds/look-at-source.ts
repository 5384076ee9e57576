import { PlatformError, reasonOf } from '../../shared/errors/platform-error.ts';
import { mayEndAt, type Hold } from '../../shared/holds/hold.ts';
import type { Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import type { HeldSource } from './config.ts';
import { probeHold, type ProbeDependencies } from './probe-hold.ts';
import { settleMapping, type SettleDependencies } from './settle-mapping.ts';

export type LookDependencies = ProbeDependencies & SettleDependencies;

/** What one look at a source found and did. */
export interface Look {
  readonly source: string;
  /** After the look. */
  readonly standing: boolean;
  readonly did: readonly ('mapping-disabled' | 'mapping-enabled' | 'released')[];
  /** The mapping's states as Lambda said them last; absent where nobody needed to ask. */
  readonly mapping?: readonly string[];
  /** Something is left to do: looking again soon is worth it. */
  readonly unfinished: boolean;
  /** Why the look failed, in part or whole; never a value. */
  readonly problem?: string;
}

/** The text of an error that is not ours may quote data. */
const causeOf = (error: unknown): string => (error instanceof PlatformError ? error.message : 'unexpected');

/** The clocks of who placed it and ours differ. */
const ageSeconds = ({ since }: Hold, now: number): number => Math.max(0, Math.round((now - Date.parse(since)) / 1_000));

/**
 * One look at a source: its mapping follows its hold, and a probe ends the hold when its cause is gone. A step that fails
 * keeps no other from being done. Never throws.
 */
export const lookAtSource = (dependencies: LookDependencies) => {
  const settle = settleMapping(dependencies);
  const probe = probeHold(dependencies);

  return async (source: HeldSource, telemetry: Telemetry, probeTimeoutMs: number): Promise<Look> => {
    const did: Look['did'][number][] = [];
    const problems: string[] = [];
    const seen: { mapping?: readonly string[]; waits: boolean } = { waits: false };
    const attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await step();
      } catch (error) {
        telemetry.countByReason('HoldLookFailures', reasonOf(error), 1);
        telemetry.error('look at a hold failed', { reason: reasonOf(error), cause: causeOf(error) });
        problems.push(causeOf(error));
        return undefined;
      }
    };
    const read = (): Promise<Hold | undefined> => attempt(() => dependencies.holds.read(source.source));
    const follow = async (hold: Hold): Promise<void> => {
      const settled = await attempt(() => settle(source, hold, telemetry));
      if (settled?.did) did.push(settled.did);
      Object.assign(seen, settled);
    };

    let hold = await read();
    if (problems.length === 0) {
      // Also where none stands: an alarm goes back to OK by a zero, and not by silence.
      telemetry.count('HoldStanding', hold?.standing ? 1 : 0);
      telemetry.count('HoldAge', hold?.standing ? ageSeconds(hold, dependencies.now()) : 0);
    }
    if (hold) await follow(hold);
    const { standing, cause } = hold ?? { standing: false };
    if (hold && standing && cause !== 'operator' && dependencies.now() >= mayEndAt(hold)) {
      const probed = hold;
      if (await attempt(() => probe(source, probed, telemetry, probeTimeoutMs))) {
        did.push('released');
        hold = await read();
        if (hold) await follow(hold);
      }
    }
    telemetry.publish();
    return {
      source: source.source,
      standing: hold?.standing ?? false,
      did,
      ...(seen.mapping ? { mapping: seen.mapping } : {}),
      unfinished: hold?.standing === true || seen.waits || problems.length > 0,
      ...(problems.length > 0 ? { problem: problems.join('; ') } : {}),
    };
  };
};
