import type { HoldStore } from '../../shared/holds/hold-store.ts';
import type { Hold } from '../../shared/holds/hold.ts';
import type { Telemetry } from '../../shared/telemetry/batch-telemetry.ts';
import type { HeldSource } from './config.ts';
import type { MappingStore } from './mapping-store.ts';
import { planMapping } from './plan-mapping.ts';

export interface SettleDependencies {
  readonly holds: HoldStore;
  readonly mappings: MappingStore;
  /** Who we are in the history of a hold. */
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Settled {
  readonly did?: 'mapping-disabled' | 'mapping-enabled';
  /** The mapping's states as Lambda said them last; absent where nobody needed to ask. */
  readonly mapping?: readonly string[];
  /** Lambda is not done with it, or another keeper may be at it: the next look goes on. */
  readonly waits: boolean;
}

/**
 * A keeper that saw the hold stand may still switch the mapping off. Its timeout ends it 60 s after the release at the latest;
 * the rest is for a call that was under way, and for the clock of an operator's machine.
 */
const lastKeeperMs = 75_000;

/**
 * Lets the mapping of a source follow its hold.
 * @throws PlatformError where the table or Lambda does not do its part
 */
export const settleMapping =
  ({ holds, mappings, by, now }: SettleDependencies) =>
  async (source: HeldSource, hold: Hold, telemetry: Telemetry): Promise<Settled> => {
    if (!hold.standing && !hold.mappingDisabled) return { waits: false };
    const { number } = hold;
    const note = (disabled: boolean, why: string): Promise<boolean> =>
      holds.noteMapping({
        source: source.source,
        number,
        disabled,
        by,
        why,
        at: new Date(now()).toISOString(),
      });

    // Asked for before the mapping is: what it is found as then is what it stays.
    const mayStillGoOff = now() <= Date.parse(hold.releasedAt ?? hold.since) + lastKeeperMs;
    const found = await mappings.list(source);
    const plan = planMapping(hold, found);
    const asFound = found.map(({ state }) => state);
    if (plan.do === 'nothing' || plan.do === 'wait') return { mapping: asFound, waits: plan.do === 'wait' };
    if (plan.do === 'note-enabled') {
      if (mayStillGoOff) return { mapping: asFound, waits: true };
      await note(false, 'no hold stands, and it is enabled');
      return { mapping: asFound, waits: false };
    }

    const disable = plan.do === 'disable';
    // Noted before it is done: a keeper that dies in between must leave a mapping that is known as ours to enable.
    const isOurs = !disable || hold.mappingDisabled || (await note(true, `hold ${number} stands`));
    if (!isOurs) return { mapping: asFound, waits: true };
    const states: string[] = [];
    for (const { uuid } of plan.mappings) states.push(await mappings.setEnabled(uuid, !disable));
    telemetry.info(disable ? 'mapping disabled' : 'mapping enabled', { number, state: states.join(', ') });
    const did = disable ? 'mapping-disabled' : 'mapping-enabled';
    // What was switched on stays noted as ours until it is found enabled when nobody can switch it off any more.
    return { did, mapping: states, waits: !disable };
  };
