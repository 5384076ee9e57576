import type { Hold } from '../../shared/holds/hold.ts';

/** How Lambda says it: `Enabled`, `Disabled`, or on its way to one of them. */
export interface Mapping {
  readonly uuid: string;
  readonly state: string;
}

export type MappingPlan =
  | { readonly do: 'disable' | 'enable'; readonly mappings: readonly Mapping[] }
  /** It is on already: only our note says otherwise. */
  | { readonly do: 'note-enabled' }
  /** Lambda refuses to change a mapping that is changing. */
  | { readonly do: 'wait' }
  | { readonly do: 'nothing' };

/** What to do about the mappings of a source. A function has one, or two while it is replaced. */
export const planMapping = (
  { standing, mappingDisabled }: Pick<Hold, 'standing' | 'mappingDisabled'>,
  mappings: readonly Mapping[],
): MappingPlan => {
  const inState = (...states: string[]): readonly Mapping[] => mappings.filter(({ state }) => states.includes(state));
  if (!standing && !mappingDisabled) return { do: 'nothing' };
  // A mapping that is off and that we did not disable stays off: whoever did it has a reason that we do not know.
  const toChange = inState(standing ? 'Enabled' : 'Disabled');
  if (toChange.length > 0) return { do: standing ? 'disable' : 'enable', mappings: toChange };
  const onItsWay = standing
    ? inState('Creating', 'Enabling', 'Updating')
    : inState('Creating', 'Enabling', 'Disabling', 'Updating');
  if (onItsWay.length > 0) return { do: 'wait' };
  return { do: standing ? 'nothing' : 'note-enabled' };
};
