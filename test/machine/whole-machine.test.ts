import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectTheSameEnd } from './properties.ts';
import { scenarios } from './scenario.ts';

/**
 * The whole machine on simulated time: the real poller, handler, stores, intakes and account, over a stream, a database,
 * tables, queues and a bucket in memory. Each scenario is a story of records and of what goes wrong meanwhile; every call
 * to the outside is a point at which it can go wrong, before and after its effect.
 *
 * How to read a counterexample: fast-check prints the smallest scenario it found, with a seed and a path. `shards` are the
 * records in their order, `faults` says at the how-manieth call of a kind what happened, `outages` when which dependency
 * was away (milliseconds from the start). Below stands what differs, then every call in its order: seconds, process, call.
 * To see it again: `fc.assert(…, { seed, path })`, both as printed. A run depends on nothing but its scenario.
 */
/**
 * The same stories in every run, so that a commit is not judged by what another one left in. To look further than a commit
 * has time for: `MACHINE_RUNS=5000 MACHINE_SEED=$RANDOM npx vitest run test/machine/whole-machine`.
 */
const numRuns = Number(process.env['MACHINE_RUNS'] ?? 200);
const seed = Number(process.env['MACHINE_SEED'] ?? 20261121);
const timeout = Math.max(120_000, numRuns * 600);

describe('whatever happens on the way', () => {
  it('the tables end as the records alone say, and the account balances', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(scenarios({ crashing: false }), async (scenario) => {
        await expectTheSameEnd(scenario);
      }),
      { numRuns, seed },
    );
  });

  it('records that crash whoever reads them are given up alone', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(scenarios({ crashing: true }), async (scenario) => {
        await expectTheSameEnd(scenario);
      }),
      { numRuns: Math.ceil(numRuns / 4), seed },
    );
  });
});
