import { describe, expect, it } from 'vitest';
import type { Mishap } from './faults.ts';
import { expectTheSameEnd } from './properties.ts';
import type { RecordSpec } from './records.ts';
import { givingUpPoints, points, type ArrivingRecord, type Scenario } from './scenario.ts';

const quote = (key: number, content = 0): RecordSpec => ({ kind: 'quote', key, content });
const trade = (key: number, content = 0): RecordSpec => ({ kind: 'trade', key, content });
const wrong: RecordSpec = { kind: 'broken-rule' };
const every = (afterMs: number, specs: readonly RecordSpec[]): readonly ArrivingRecord[] =>
  specs.map((spec) => ({ spec, afterMs }));

/** Comes past every point: rejects, while nothing can be parked; a record that crashes; a halt, hold, probe and release. */
const tour: Scenario = {
  seed: Number(process.env['MACHINE_SEED'] ?? 20261121),
  batchSize: 5,
  parallelization: 2,
  shards: [
    [
      ...every(10, [quote(0), wrong, trade(1), quote(0), wrong]),
      ...every(4_000, [quote(2), trade(3), quote(4), wrong]),
    ],
    every(10, [quote(0), { kind: 'crash' }, trade(1), quote(0, 1), trade(2)]),
  ],
  faults: [],
  outages: [{ dependency: 'parked-queue', fromMs: 0, forMs: 4_000, how: 'refuses' }],
  redeliveries: [{ shard: 0, atMs: 9_000, from: 0, count: 5 }],
  deploys: [{ fromMs: 10_000, forMs: 20_000, how: 'halts' }],
  holds: [],
  reserved: 10,
};

const crashes = [...points, ...givingUpPoints].flatMap((point) =>
  (['crash-before', 'crash-after'] as const).map((mishap): [Mishap, string] => [mishap, point]),
);

describe('a process that dies', () => {
  it.each(crashes)('in a %s of %s changes nothing in the end', { timeout: 60_000 }, async (mishap, point) => {
    const { gate } = await expectTheSameEnd({ ...tour, faults: [{ point, nth: 0, mishap }] });
    expect([...gate.struck]).toEqual([`${point}/${mishap}`]);
  });
});
