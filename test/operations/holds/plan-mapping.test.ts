import { describe, expect, it } from 'vitest';
import { planMapping } from '../../../lambdas/operations/holds/plan-mapping.ts';

type Case = readonly [hold: 'stands' | 'ended', ours: boolean, states: readonly string[], plan: string];

/** All that Lambda says of a mapping, against all that a hold can be. */
const cases: readonly Case[] = [
  ['stands', false, ['Enabled'], 'disable 0'],
  ['stands', false, ['Disabled'], 'nothing'],
  ['stands', false, ['Disabling'], 'nothing'],
  ['stands', false, ['Enabling'], 'wait'],
  ['stands', false, ['Creating'], 'wait'],
  ['stands', false, ['Updating'], 'wait'],
  ['stands', false, [], 'nothing'],
  // Noted, and not done: its keeper died in between, or a deploy has switched it on.
  ['stands', true, ['Enabled'], 'disable 0'],
  ['stands', true, ['Enabled', 'Enabled'], 'disable 0 1'],
  ['stands', true, ['Disabled', 'Enabled'], 'disable 1'],
  ['stands', true, ['Disabled'], 'nothing'],
  ['ended', true, ['Disabled'], 'enable 0'],
  ['ended', true, ['Disabled', 'Enabled'], 'enable 0'],
  ['ended', true, ['Disabling'], 'wait'],
  ['ended', true, ['Updating'], 'wait'],
  ['ended', true, ['Enabling'], 'wait'],
  ['ended', true, ['Enabled'], 'note-enabled'],
  ['ended', true, [], 'note-enabled'],
  // Somebody else's.
  ['ended', false, ['Disabled'], 'nothing'],
  ['ended', false, ['Enabled'], 'nothing'],
];

describe('what is done about a mapping', () => {
  it.each(cases)('where a hold %s, ours %s, and it is %j: %s', (hold, mappingDisabled, states, expected) => {
    const mappings = states.map((state, n) => ({ uuid: String(n), state }));
    const plan = planMapping({ standing: hold === 'stands', mappingDisabled }, mappings);
    const said = 'mappings' in plan ? [plan.do, ...plan.mappings.map(({ uuid }) => uuid)].join(' ') : plan.do;
    expect(said).toBe(expected);
  });
});
