import fc from 'fast-check';
import type { Fault, Mishap, Outage } from './faults.ts';
import type { RecordSpec } from './records.ts';

export interface ArrivingRecord {
  readonly spec: RecordSpec;
  /** After the record before it. */
  readonly afterMs: number;
}

/** Some records of a shard are delivered a second time, beside its poller. */
export interface Redelivery {
  readonly shard: number;
  readonly atMs: number;
  readonly from: number;
  readonly count: number;
}

/** Code that finds every record wrong, or finds itself misconfigured; the fix is deployed when it is over. */
export interface BadDeploy {
  readonly fromMs: number;
  readonly forMs: number;
  readonly how: 'rejects' | 'halts';
}

/** `renew`: whatever stands is ended first, so that one hold follows another at once. */
export interface OperatorHold {
  readonly atMs: number;
  readonly forMs: number;
  readonly how: 'hold' | 'renew';
}

/** One story of the machine: what arrives, and everything that goes wrong meanwhile. All of it ends. */
export interface Scenario {
  /** Of every pause and jitter. */
  readonly seed: number;
  readonly batchSize: number;
  /** Lanes of each shard. */
  readonly parallelization: number;
  readonly shards: readonly (readonly ArrivingRecord[])[];
  readonly faults: readonly Fault[];
  readonly outages: readonly Outage[];
  readonly redeliveries: readonly Redelivery[];
  readonly deploys: readonly BadDeploy[];
  readonly holds: readonly OperatorHold[];
  /** Reserved concurrency: fewer than lanes are throttled. */
  readonly reserved: number;
}

/** Every kind of call that can meet a mishap; every-crash.test.ts has a process die before and after each. */
export const points = [
  'statement',
  'find-stored',
  'partitions',
  'idempotency put',
  'idempotency update',
  'idempotency delete',
  'park send',
  'wake send',
  'entity-state put',
  'dead-letters put',
  'checkpoint',
  'hold read',
  'hold put',
  'breaker read',
  'breaker put',
  'verdicts read',
  'verdicts put',
  'mapping list',
  'mapping update',
  'held records read',
  'probe invoke',
  'probe-row',
] as const;
/** Where records are given up as well. */
export const givingUpPoints = ['bucket read', 'give-up'] as const;
const mishaps: readonly Mishap[] = ['crash-before', 'crash-after', 'refused', 'answer-lost'];
const dependencies = [
  'store',
  'idempotency',
  'parked-queue',
  'wake-queue',
  'entity-state',
  'dead-letters',
  'bucket',
  'controls',
] as const;

const key = fc.nat(6);
const content = fc.constantFrom(0, 0, 0, 1, 2);
const right = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('quote' as const), key, content }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('trade' as const), key, content }) },
);
const wrong = fc.record({
  kind: fc.constantFrom('undecodable' as const, 'broken-rule' as const, 'unknown-schema' as const),
});
const crash = fc.record({ kind: fc.constant('crash' as const) });

const arriving = (spec: fc.Arbitrary<RecordSpec>): fc.Arbitrary<ArrivingRecord> =>
  fc.record({ spec, afterMs: fc.constantFrom(0, 0, 10, 400, 3_000) });

const fault: fc.Arbitrary<Fault> = fc.record({
  point: fc.constantFrom(...points, ...givingUpPoints),
  nth: fc.nat(5),
  mishap: fc.constantFrom(...mishaps),
});
const outage: fc.Arbitrary<Outage> = fc.record({
  dependency: fc.constantFrom(...dependencies),
  fromMs: fc.nat(8_000),
  forMs: fc.integer({ min: 100, max: 45_000 }),
  how: fc.constantFrom('refuses', 'hangs', 'throttles', 'is slow'),
});
const redelivery: fc.Arbitrary<Redelivery> = fc.record({
  shard: fc.nat(2),
  atMs: fc.nat(20_000),
  from: fc.nat(10),
  count: fc.integer({ min: 1, max: 8 }),
});

const deploy: fc.Arbitrary<BadDeploy> = fc.record({
  fromMs: fc.nat(5_000),
  forMs: fc.integer({ min: 500, max: 150_000 }),
  how: fc.constantFrom('rejects', 'halts'),
});
const operatorHold: fc.Arbitrary<OperatorHold> = fc.record({
  atMs: fc.nat(150_000),
  forMs: fc.integer({ min: 500, max: 120_000 }),
  how: fc.constantFrom('hold', 'renew', 'renew'),
});

/** Stories of holds: one that a probe ends while an operator sets the next, and one that stands while rejects arrive. */
export const holdingScenarios = (): fc.Arbitrary<Scenario> => {
  const slowly = fc.record({
    spec: fc.oneof(right, wrong),
    afterMs: fc.constantFrom(10, 3_000, 9_000),
  });
  const common = {
    seed: fc.nat(1_000_000),
    batchSize: fc.integer({ min: 1, max: 10 }),
    parallelization: fc.integer({ min: 1, max: 3 }),
    shards: fc.array(fc.array(slowly, { minLength: 3, maxLength: 14 }), { minLength: 1, maxLength: 2 }),
    faults: fc.constant([]),
    redeliveries: fc.constant([]),
    reserved: fc.constant(10),
  };
  /** For most of a minute: what began before the hold is over by then, and the mapping is often on still. */
  const allAlong = fc.array(fc.record({ spec: fc.oneof(right, wrong), afterMs: fc.constantFrom(3_000, 9_000) }), {
    minLength: 8,
    maxLength: 14,
  });
  const long = fc.integer({ min: 40_000, max: 120_000 });
  const renewed = fc
    .record({ ...common, endMs: fc.integer({ min: 2_000, max: 60_000 }), afterMs: fc.nat(15_000), forMs: long })
    .map(({ endMs, afterMs, forMs, ...rest }): Scenario => ({
      ...rest,
      deploys: [{ fromMs: 0, forMs: endMs, how: 'halts' }],
      // What is slow makes probes last, and something may happen meanwhile.
      outages: [{ dependency: 'store', fromMs: 0, forMs: endMs + 40_000, how: 'is slow' }],
      holds: [{ atMs: endMs + afterMs, forMs, how: 'renew' }],
    }));
  const standing = fc
    .record({ ...common, shards: fc.array(allAlong, { minLength: 1, maxLength: 2 }), atMs: fc.nat(5_000), forMs: long })
    .map(({ atMs, forMs, ...rest }): Scenario => ({
      ...rest,
      deploys: [],
      outages: [],
      holds: [{ atMs, forMs, how: 'hold' }],
    }));
  return fc.oneof(renewed, standing);
};

export interface Kinds {
  /** With records that crash whoever enriches them. */
  readonly crashing: boolean;
}

export const scenarios = ({ crashing }: Kinds): fc.Arbitrary<Scenario> => {
  const spec = fc.oneof(
    { weight: 8, arbitrary: right },
    { weight: 2, arbitrary: wrong },
    ...(crashing ? [{ weight: 1, arbitrary: crash }] : []),
  );
  /** Enough of one reason for the guard. */
  const storm = fc
    .tuple(wrong, fc.array(arriving(spec), { maxLength: 8 }), fc.integer({ min: 20, max: 30 }))
    .map(([one, others, count]) => [
      ...others.slice(0, 4),
      ...Array.from({ length: count }, () => ({ spec: one, afterMs: 10 })),
      ...others.slice(4),
    ]);
  const shard = fc.oneof(
    { weight: 12, arbitrary: fc.array(arriving(spec), { minLength: 1, maxLength: 14 }) },
    { weight: 1, arbitrary: storm },
  );
  return fc.record({
    seed: fc.nat(1_000_000),
    batchSize: fc.integer({ min: 1, max: 10 }),
    parallelization: fc.integer({ min: 1, max: 3 }),
    shards: fc.array(shard, { minLength: 1, maxLength: 3 }),
    faults: fc.array(fault, { maxLength: 6 }),
    outages: fc.array(outage, { maxLength: 2 }),
    redeliveries: fc.array(redelivery, { maxLength: 3 }),
    deploys: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(deploy) }),
    holds: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(operatorHold, { maxLength: 2 }) },
    ),
    reserved: fc.constantFrom(1, 2, 10),
  });
};
