import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate, within, type InstancePlan, type Plan, type Span } from './simulated-breakers.ts';

const awayFrom = 2_000;
const until = 40_000;
const probeAfterMs = 2_000;
/** Pause of 2 s and half a second, twice where a claim's outcome was lost; and the time of calls and of the table. */
const backWithinMs = 9_000;

const span = (from: number, to: number): fc.Arbitrary<Span> =>
  fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: 100, max: 8_000 })).map(([at, ms]) => [at, at + ms]);

const instance: fc.Arbitrary<InstancePlan> = fc.record({
  skewMs: fc.integer({ min: -600_000, max: 600_000 }),
  startsAt: fc.integer({ min: 0, max: 15_000 }),
  diesAt: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1_000, max: 20_000 })),
  pauseMs: fc.integer({ min: 20, max: 400 }),
  callMs: fc.integer({ min: 1, max: 700 }),
});

const plan = (tableAway: fc.Arbitrary<readonly Span[]>): fc.Arbitrary<Plan> =>
  fc.record({
    instances: fc.array(instance, { minLength: 2, maxLength: 6 }),
    dependencyAway: fc.integer({ min: 4_000, max: 20_000 }).map((to): Span[] => [[awayFrom, to]]),
    tableAway,
    tableMs: fc.integer({ min: 2, max: 60 }),
    until: fc.constant(until),
  });

const flapping = fc
  .array(span(awayFrom, 12_000), { minLength: 1, maxLength: 4 })
  .chain((dependencyAway) =>
    plan(fc.array(span(0, 30_000), { maxLength: 2 })).map((each) => ({ ...each, dependencyAway })),
  );
const tableUp = plan(fc.constant([]));
const tableWavering = plan(fc.array(span(0, 30_000), { minLength: 1, maxLength: 3 }));
const runs = { numRuns: 60 };

describe('however instances, failures and deaths fall together, a breaker', () => {
  it('makes one probe in its period, of all instances, while the table is up; whatever their clocks say', async () => {
    await fc.assert(
      fc.asyncProperty(tableUp, async (each) => {
        const { calls } = await simulate(each);
        const probes = calls.filter(({ probe }) => probe).map(({ at }) => at);
        const gaps = probes.slice(1).map((at, n) => at - (probes[n] ?? 0));
        expect(Math.min(Infinity, ...gaps)).toBeGreaterThanOrEqual(probeAfterMs);
      }),
      runs,
    );
  }, 120_000);

  it('lets an instance that does not know of an opening make one call, and no other but probes', async () => {
    await fc.assert(
      fc.asyncProperty(tableUp, async (each) => {
        const { calls } = await simulate(each);
        const [[, back]] = each.dependencyAway as [Span];
        each.instances.forEach((_, n) => {
          const unaware = calls.filter(
            ({ instance: by, at, open, made, probe }) => by === n && open && made && !probe && at < back,
          );
          expect(unaware.length).toBeLessThanOrEqual(1);
        });
      }),
      runs,
    );
  }, 120_000);

  it('lets all calls through soon after the dependency is back, also where the table is not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(tableUp, tableWavering, flapping), async (each) => {
        const { calls } = await simulate(each);
        const back = Math.max(...each.dependencyAway.map(([, to]) => to));
        const late = calls.filter(({ at }) => at >= Math.max(back, 20_000) + backWithinMs);
        const living = each.instances.filter(({ diesAt }) => diesAt === Infinity).length;
        expect(new Set(late.map(({ instance: by }) => by)).size).toBe(living);
        expect(
          late.filter(({ answered, at, instance: by }) => !answered && at + (each.instances[by]?.callMs ?? 0) < until),
        ).toEqual([]);
      }),
      runs,
    );
  }, 120_000);

  it('refuses no call of an instance that has seen no failure, whatever the table does', async () => {
    await fc.assert(
      fc.asyncProperty(tableWavering, async (each) => {
        const { calls } = await simulate(each);
        each.instances.forEach((_, n) => {
          const own = calls.filter(({ instance: by }) => by === n);
          const first = own.find(({ answered }) => !answered);
          expect(first?.made ?? true).toBe(true);
        });
      }),
      runs,
    );
  }, 120_000);

  it('makes one probe in a period by each instance where the table is away', async () => {
    await fc.assert(
      fc.asyncProperty(plan(fc.constant([[0, until]])), async (each) => {
        const { calls, events } = await simulate(each);
        each.instances.forEach((_, n) => {
          const probes = calls.filter(({ instance: by, probe }) => by === n && probe).map(({ at }) => at);
          const gaps = probes.slice(1).map((at, k) => at - (probes[k] ?? 0));
          expect(Math.min(Infinity, ...gaps)).toBeGreaterThanOrEqual(probeAfterMs);
        });
        const alone = events.filter(({ event }) => event === 'opened').length;
        expect(events.filter(({ event }) => event === 'state-unknown').length).toBeGreaterThanOrEqual(alone);
      }),
      runs,
    );
  }, 120_000);
});

describe('fifty instances and a dependency that is dead for a minute', () => {
  const fifty = (tableAway: readonly Span[]): Plan => ({
    instances: Array.from({ length: 50 }, (_, n) => ({
      skewMs: (n - 25) * 20_000,
      startsAt: n * 7,
      diesAt: Infinity,
      pauseMs: 100 + n,
      callMs: 30,
    })),
    dependencyAway: [[0, 60_000]],
    tableAway,
    tableMs: 10,
    until: 60_000,
  });

  it('call it as often as they must to know, and then once in two seconds', async () => {
    const { calls, events, asked } = await simulate(fifty([]));
    const made = calls.filter((call) => call.made);
    expect(calls.length).toBeGreaterThan(10_000);
    expect(made.filter(({ probe }) => !probe).length).toBeLessThanOrEqual(250);
    expect(made.filter(({ probe }) => probe).length).toBeLessThanOrEqual(30);
    expect(made.filter(({ probe }) => probe).length).toBeGreaterThanOrEqual(23);
    expect(made.filter(({ at }) => within([[2_000, 60_000]], at)).every(({ probe }) => probe)).toBe(true);
    expect(events.filter(({ event }) => event === 'opened').length).toBe(1);
    expect(asked.reads / 60).toBeLessThan(110); // a second; two for each instance
    expect(asked.writes / 60).toBeLessThan(8);
  });

  it('call it once in two seconds each where the table is away', async () => {
    const { calls, events } = await simulate(fifty([[0, 60_000]]));
    const made = calls.filter((call) => call.made);
    expect(made.filter(({ probe }) => !probe).length).toBe(250);
    expect(made.filter(({ probe }) => probe).length).toBeLessThanOrEqual(50 * 30);
    expect(events.filter(({ event }) => event === 'opened').length).toBe(50);
    expect(events.filter(({ event }) => event === 'state-unknown').length).toBeGreaterThan(50 * 20);
  });
});
