import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runScenario } from './machine/outcome.ts';
import { scenarios, type Scenario } from './machine/scenario.ts';
import type { Variant } from './machine/world.ts';
import { plantedBugs, plantedInCalm } from './planted-bugs.ts';

/** Fixed, so that whether a bug is found is no matter of luck. */
const seed = 20261121;
const numRuns = 400;
const timeout = 120_000;

/** @returns the faults of the first story that has any */
const search = async (stories: fc.Arbitrary<Scenario>, variant: () => Variant): Promise<readonly string[]> => {
  let found: readonly string[] = [];
  await fc.check(
    fc.asyncProperty(stories, async (scenario) => {
      const { faults } = await runScenario(scenario, variant());
      found = faults;
      return faults.length === 0;
    }),
    { seed, numRuns, endOnFailure: true },
  );
  return found;
};

const kinds = [
  ['whatever befalls relays', scenarios({ calm: false }), plantedBugs],
  ['where nothing does', scenarios({ calm: true }), plantedInCalm],
] as const;

describe.each(kinds)(`a test of the tests: with seed ${seed}, in ${numRuns} runs, %s`, (_, stories, bugs) => {
  it.each(Object.entries(bugs))('finds a relay that %s', { timeout }, async (_name, { variant, seenAs }) => {
    const faults = await search(stories, variant);
    expect(faults.join('\n')).toMatch(seenAs);
  });

  it('finds nothing in the relay as it is', { timeout }, async () => {
    expect(await search(stories, () => ({}))).toEqual([]);
  });
});
