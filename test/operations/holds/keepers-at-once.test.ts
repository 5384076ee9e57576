import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeldSource } from '../../../lambdas/operations/holds/config.ts';
import { lookAtSource } from '../../../lambdas/operations/holds/look-at-source.ts';
import type { MappingStore } from '../../../lambdas/operations/holds/mapping-store.ts';
import { UnavailableError } from '../../../lambdas/shared/errors/platform-error.ts';
import type { HoldStore } from '../../../lambdas/shared/holds/hold-store.ts';
import { mappingNoted, placed, released, type Hold } from '../../../lambdas/shared/holds/hold.ts';
import type { Telemetry } from '../../../lambdas/shared/telemetry/batch-telemetry.ts';
import { inTurns } from '../../support/in-turns.ts';
import { well } from './keeper-world.ts';

const begin = Date.parse('2026-11-21T12:00:00.000Z');
const source: HeldSource = { source: 'market', functionName: 'f', streamName: 's', streamArn: 'arn' };
const nothing = (): void => {};
const silent: Telemetry = {
  count: nothing,
  countByReason: nothing,
  duration: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  publish: nothing,
};

type Turn = <T>(call: () => Promise<T>) => Promise<T>;
const atOnce: Turn = (call) => call();

/** One source: its item, by the same steps as the table's, and a mapping that takes its time as Lambda does. */
const createSource = () => {
  const state = { hold: undefined as Hold | undefined, mapping: 'Enabled', now: begin };
  const change = (next: Hold | undefined): boolean => {
    state.hold = next ?? state.hold;
    return next !== undefined;
  };
  const holdsBy = (turn: Turn): HoldStore => ({
    read: () => turn(async () => state.hold),
    place: (wanted) => turn(async () => change(placed(state.hold, wanted))),
    release: (wanted) => turn(async () => change(released(state.hold, wanted))),
    noteMapping: (wanted) => turn(async () => change(mappingNoted(state.hold, wanted))),
  });
  const mappingsBy = (turn: Turn): MappingStore => ({
    list: () => turn(async () => [{ uuid: 'u', state: state.mapping }]),
    setEnabled: (_, enabled) =>
      turn(async () => {
        if (state.mapping.endsWith('ing')) throw new UnavailableError('lambda', 'in use');
        state.mapping = enabled ? 'Enabling' : 'Disabling';
        return state.mapping;
      }),
  });
  /** Lambda finishes what it has begun. */
  const finish = (): void => {
    state.mapping = state.mapping.replace('ing', 'ed').replace('bleed', 'bled');
  };
  return { state, holdsBy, mappingsBy, finish };
};

type Source = ReturnType<typeof createSource>;

const keeperOf = ({ state, holdsBy, mappingsBy }: Source, turn: Turn) => {
  const look = lookAtSource({
    holds: holdsBy(turn),
    mappings: mappingsBy(turn),
    records: { read: async () => [] },
    probes: { probe: () => turn(async () => well) },
    by: 'keeper',
    now: () => state.now,
  });
  return () => look(source, silent, 1_000);
};

/** Calls of a keeper, which Lambda ends after its minute, if it has not died before; from then on nothing of it happens. */
const ofKeeper = ({ state }: Source, { calls, failing }: Life, turn: Turn): Turn => {
  let made = 0;
  let bornAt: number | undefined;
  return (call) => {
    made += 1;
    const nth = made;
    return turn(async () => {
      bornAt ??= state.now;
      const isDead = nth > calls || state.now - bornAt > 60_000;
      if (isDead || failing.includes(nth)) throw new UnavailableError('process', 'it is dead, or nothing answers');
      return call();
    });
  };
};

/** How many calls a keeper makes before it dies, and which of them fail. */
interface Life {
  readonly calls: number;
  readonly failing: readonly number[];
}

type Hand =
  /** Keepers one after the other, each of which looks a few times. */
  | { readonly kind: 'keepers'; readonly lives: readonly Life[]; readonly looks: number }
  | { readonly kind: 'others'; readonly steps: readonly ('outage' | 'operator' | 'release')[] }
  | { readonly kind: 'lambda'; readonly finishes: number }
  | { readonly kind: 'time'; readonly passes: readonly number[] };

const whole: Life = { calls: Infinity, failing: [] };
const anyLife = fc.oneof(
  fc.constant(whole),
  fc.record({ calls: fc.integer({ min: 1, max: 14 }), failing: fc.constant([]) }),
  fc.record({ calls: fc.constant(Infinity), failing: fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 3 }) }),
);
const keepers = fc.record({
  kind: fc.constant('keepers' as const),
  lives: fc.array(anyLife, { minLength: 1, maxLength: 4 }),
  looks: fc.integer({ min: 1, max: 3 }),
});
const others = fc.record({
  kind: fc.constant('others' as const),
  steps: fc.array(fc.constantFrom('outage', 'operator', 'release'), { minLength: 1, maxLength: 4 }),
});
const lambda = fc.record({ kind: fc.constant('lambda' as const), finishes: fc.integer({ min: 1, max: 6 }) });
const time = fc.record({
  kind: fc.constant('time' as const),
  passes: fc.array(fc.constantFrom(5_000, 20_000, 59_000), { minLength: 1, maxLength: 6 }),
});
const anyPicks = fc.array(fc.nat(), { minLength: 120, maxLength: 120 });

/** Lets hands do their steps in some order; then the outage is over, and one keeper has its minutes. */
const outcomeOf = async (hands: readonly Hand[], picks: readonly number[]) => {
  const world = createSource();
  const step = () => ({ source: 'market', by: 'test', why: '', at: new Date(world.state.now).toISOString() });
  await world.holdsBy(atOnce).place({ ...step(), cause: 'outage', reason: 'store', from: {} });
  const turns = inTurns(picks);
  const holds = world.holdsBy(turns.inTurn);
  const run = async (hand: Hand): Promise<void> => {
    if (hand.kind === 'keepers') {
      for (const life of hand.lives) {
        const look = keeperOf(world, ofKeeper(world, life, turns.inTurn));
        for (let n = 0; n < hand.looks; n += 1) await look();
      }
    } else if (hand.kind === 'time') {
      for (const ms of hand.passes) await turns.inTurn(async () => (world.state.now += ms));
    } else if (hand.kind === 'lambda') {
      for (let n = 0; n < hand.finishes; n += 1) await turns.inTurn(async () => world.finish());
    } else {
      for (const did of hand.steps) {
        if (did === 'release') await holds.release({ ...step(), number: world.state.hold?.number ?? 0 });
        else await holds.place({ ...step(), cause: did, reason: did, from: {} });
      }
    }
  };
  await turns.run(hands.map((hand) => () => run(hand)));

  const look = keeperOf(world, atOnce);
  for (let minute = 0; minute < 24; minute += 1) {
    world.state.now += 60_000;
    world.finish();
    await look();
  }
  world.finish();
  const { hold, mapping } = world.state;
  return { stands: hold?.standing ? hold.cause : 'none', mapping, isNoted: hold?.mappingDisabled };
};

const held = { stands: 'operator', mapping: 'Disabled', isNoted: true };
const open = { stands: 'none', mapping: 'Enabled', isNoted: false };

describe('a mapping', () => {
  const anyHands = fc.array(fc.oneof(keepers, keepers, others, lambda, time), { minLength: 2, maxLength: 7 });

  it('follows its hold in the end, whatever keepers that live and die, operators, functions and time do meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty<[readonly Hand[], number[]]>(anyHands, anyPicks, async (hands, picks) => {
        const outcome = await outcomeOf(hands, picks);
        expect(outcome).toEqual(outcome.stands === 'none' ? open : held);
      }),
      { numRuns: 5_000 },
    );
  });
});
