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
  /** Lambda is not done with it, or another keeper came before us: the next look goes on. */
  readonly waits: boolean;
}

/** A note is for a number: where the next hold comes in between, it is made anew. */
const tries = 3;

/**
 * Lets the mapping of a source follow its hold.
 * @throws PlatformError where the table or Lambda does not do its part
 */
export const settleMapping =
  ({ holds, mappings, by, now }: SettleDependencies) =>
  async (source: HeldSource, hold: Hold, telemetry: Telemetry): Promise<Settled> => {
    if (!hold.standing && !hold.mappingDisabled) return { waits: false };
    const { number } = hold;
    const note = (of: Hold, disabled: boolean, why: string): Promise<boolean> =>
      holds.noteMapping({
        source: source.source,
        number: of.number,
        disabled,
        by,
        why,
        at: new Date(now()).toISOString(),
      });

    /**
     * Two keepers may be at it, one disabling for a hold that the other has just seen end. Each looks behind its last step
     * at what the other does first: one of them sees that a mapping is off without a note, and it is ours to enable.
     */
    const isOffUnnoted = async (): Promise<boolean> => {
      for (let n = 0; n < tries; n += 1) {
        const [after, states] = [await holds.read(source.source), await mappings.list(source)];
        const isOff = states.some(({ state }) => state === 'Disabled' || state === 'Disabling');
        if (!after || after.mappingDisabled || !isOff) return n > 0;
        if (await note(after, true, 'another keeper switched it meanwhile')) return true;
      }
      return true;
    };

    const found = await mappings.list(source);
    const plan = planMapping(hold, found);
    const asFound = found.map(({ state }) => state);
    if (plan.do === 'nothing' || plan.do === 'wait') return { mapping: asFound, waits: plan.do === 'wait' };
    if (plan.do === 'note-enabled') {
      await note(hold, false, 'it was enabled already');
      return { mapping: asFound, waits: await isOffUnnoted() };
    }

    const disable = plan.do === 'disable';
    // Noted before it is done: a keeper that dies in between must leave a mapping that is known as ours to enable.
    const isOurs = !disable || hold.mappingDisabled || (await note(hold, true, `hold ${number} stands`));
    if (!isOurs) return { mapping: asFound, waits: true };
    const states: string[] = [];
    for (const { uuid } of plan.mappings) states.push(await mappings.setEnabled(uuid, !disable));
    if (!disable) await note(hold, false, 'no hold stands');
    telemetry.info(disable ? 'mapping disabled' : 'mapping enabled', { number, state: states.join(', ') });
    const did = disable ? 'mapping-disabled' : 'mapping-enabled';
    return { did, mapping: states, waits: await isOffUnnoted() };
  };
