import fc from 'fast-check';
import { describe, it } from 'vitest';
import { runScenario } from './machine/outcome.ts';
import { scenarios } from './machine/scenario.ts';

/**
 * Relays on simulated time, over the four tables in memory: each story has inserts that become visible out of their order,
 * wakes that are lost, and what befalls the calls of relays. A run depends on nothing but its scenario; below a
 * counterexample stands every call in its order: seconds, relay, call, answer.
 */
const seed = Number(process.env['MACHINE_SEED'] ?? 20261121);
const numRuns = Number(process.env['MACHINE_RUNS'] ?? 400);
const timeout = Math.max(60_000, numRuns * 200);

const expectNoFault = (stories: ReturnType<typeof scenarios>) =>
  fc.assert(
    fc.asyncProperty(stories, async (scenario) => {
      const { faults, log } = await runScenario(scenario);
      if (faults.length > 0) throw new Error([...faults, 'what happened:', ...log].join('\n'));
    }),
    { numRuns, seed },
  );

describe('whatever befalls relays', () => {
  it('no number is missing, none has two bodies, and every event is sent once', { timeout }, async () => {
    await expectNoFault(scenarios({ calm: false }));
  });

  it('and where nothing does, every wake is enough without a sweep', { timeout }, async () => {
    await expectNoFault(scenarios({ calm: true }));
  });
});
