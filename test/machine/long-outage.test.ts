import { describe, expect, it } from 'vitest';
import { environmentNamed } from '../../lib/config/environments.ts';
import type { ArrivingRecord, Scenario } from './scenario.ts';
import { expectTheSameEnd } from './properties.ts';
import type { Settings } from './world.ts';

const { sources } = environmentNamed('prod');
const market = Object.entries(sources).find(([name]) => name === 'market')?.[1];
if (!market) throw new Error('production has no source market');

const minute = 60_000;
const hour = 60 * minute;
/** Lambda promises no time for switching a mapping; this is what the arithmetic of holds allows it. */
const longestSwitchMs = 2 * minute;
const production: Settings = {
  timeoutMs: market.timeoutSeconds * 1000,
  maxAttempts: market.attempts,
  maxAgeMs: market.maxRecordAgeHours * 60 * minute,
  holdAfterSeconds: market.holdAfterSeconds,
  longestSwitchMs,
};

/** Quotes and trades all through the outage, one of twenty of them wrong, on two shards. */
const traffic = (count: number, everyMs: number): readonly ArrivingRecord[] =>
  Array.from({ length: count }, (_, n) => ({
    spec: n % 20 === 7 ? { kind: 'undecodable' } : { kind: n % 3 === 0 ? 'trade' : 'quote', key: n, content: 0 },
    afterMs: everyMs,
  }));

const outageOf = (dependency: string, forMs: number, how: 'refuses' | 'hangs', seed: number): Scenario => ({
  seed,
  batchSize: market.batchSize,
  parallelization: market.lanesPerShard,
  // Half a day is for the keeper, which looks every five seconds of it.
  shards: forMs > hour ? [traffic(15, forMs / 12)] : [traffic(60, forMs / 40), traffic(60, forMs / 40)],
  faults: [],
  outages: [{ dependency, fromMs: 5_000, forMs, how }],
  redeliveries: [],
  deploys: [],
  holds: [],
  reserved: market.reservedConcurrency,
});

const cases = [
  ['the database', 'store', 10, 'refuses'],
  ['the database, which hangs,', 'store', 10, 'hangs'],
  ['the parked queue', 'parked-queue', 10, 'refuses'],
  ['the entity state', 'entity-state', 10, 'refuses'],
  ['the database', 'store', 12 * 60, 'refuses'],
] as const;

/** One record is rejected and parked before the outage, the other waits for its schema and is rejected in it. */
const rejectsOnEitherSide: Scenario = {
  ...outageOf('parked-queue', hour, 'refuses', 1),
  shards: [
    [{ spec: { kind: 'unknown-schema' }, afterMs: 0 }, { spec: { kind: 'undecodable' }, afterMs: 0 }, ...traffic(7, 0)],
  ],
  outages: [{ dependency: 'parked-queue', fromMs: 1_500, forMs: hour, how: 'refuses' }],
};

describe(`an outage at production's settings (${market.attempts} attempts, ${market.timeoutSeconds} s)`, () => {
  it.each(cases)(
    'of %s (%s) for %i minutes spends less than a quarter of the attempts, and makes no dead letter: %s',
    { timeout: 120_000 },
    async (_, dependency, minutes, how) => {
      const forMs = minutes * minute;
      const spent: number[] = [];
      for (const seed of forMs > hour ? [1] : [1, 2, 3]) {
        const world = await expectTheSameEnd(outageOf(dependency, forMs, how, seed), {}, production);
        spent.push(world.mostFailures);
      }
      console.log(
        `${dependency} ${how} for ${minutes} minutes: ${spent.join(', ')} of ${market.attempts} attempts spent`,
      );
      expect(Math.max(...spent)).toBeLessThan(market.attempts / 4);
    },
  );

  it(
    'of the parked queue is seen, though a reject of the batch was parked before it',
    { timeout: 120_000 },
    async () => {
      const world = await expectTheSameEnd(rejectsOnEitherSide, {}, production);
      expect(world.mostFailures).toBeLessThan(market.attempts / 4);
    },
  );
});
