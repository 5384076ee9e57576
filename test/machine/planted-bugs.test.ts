import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Variants } from './instance.ts';
import { plantedBugs, plantedInHolds } from './planted-bugs.ts';
import { expectTheSameEnd, whatHappened } from './properties.ts';
import { holdingScenarios, scenarios, type Scenario } from './scenario.ts';

/** Fixed, so that whether a bug is found is no matter of luck. */
const seed = 20261121;
const numRuns = 100; // fast-check's own default
const timeout = 120_000;

const check = (stories: fc.Arbitrary<Scenario>, variants: () => Variants) =>
  fc.check(
    fc.asyncProperty(stories, async (scenario) => void (await expectTheSameEnd(scenario, variants()))),
    { seed, numRuns, endOnFailure: true },
  );

const kinds = [
  ['whatever happens on the way', scenarios({ crashing: false }), plantedBugs],
  ['stories of holds', holdingScenarios(), plantedInHolds],
] as const;

describe.each(kinds)(`a test of the tests: with seed ${seed}, in ${numRuns} runs, %s`, (_, stories, bugs) => {
  it.each(Object.entries(bugs))('finds a machine that %s', { timeout }, async (_name, { variants, seenAs }) => {
    const { failed, errorInstance } = await check(stories, variants);
    expect(failed).toBe(true);
    const [seen = ''] = (errorInstance as Error).message.split(`\n\n${whatHappened}`);
    expect(seen).toMatch(seenAs);
  });

  it('finds nothing in the machine as it is', { timeout }, async () => {
    const { failed, errorInstance } = await check(stories, () => ({}));
    expect(errorInstance).toBeNull();
    expect(failed).toBe(false);
  });
});
