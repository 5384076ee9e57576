import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plantedBugs } from './planted-bugs.ts';
import { expectTheSameEnd } from './properties.ts';
import { scenarios } from './scenario.ts';
import type { Variants } from './instance.ts';

/** Fixed, so that whether a bug is found is no matter of luck. */
const seed = 20261121;
const numRuns = 100; // fast-check's own default

const check = (variants: () => Variants) =>
  fc.check(
    fc.asyncProperty(
      scenarios({ crashing: false }),
      async (scenario) => void (await expectTheSameEnd(scenario, variants())),
    ),
    { seed, numRuns, endOnFailure: true },
  );

describe(`a test of the tests: the properties find, with seed ${seed} and in ${numRuns} runs, a handler that`, () => {
  it.each(Object.entries(plantedBugs))('%s', { timeout: 60_000 }, async (_, variants) => {
    expect((await check(variants)).failed).toBe(true);
  });

  it('is right, and nothing is found', { timeout: 60_000 }, async () => {
    const { failed, errorInstance } = await check(() => ({}));
    expect(errorInstance).toBeNull();
    expect(failed).toBe(false);
  });
});
