import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../console/client/channel.ts';
import { simulate, type Happening } from './support/simulated-channel.ts';

const which = fc.nat({ max: 20 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.subarray(['a', 'b', 'c'], { minLength: 1 }).map((entities) => ({ kind: 'send' as const, entities })),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('arrive' as const), which, keep: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), which }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'cut' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'connect' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'look' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'answer' as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('mark' as const), count: fc.integer({ min: 1, max: 4 }) }) },
);
const deleting: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: happening },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), count: fc.integer({ min: 1, max: 9 }) }) },
);
const story = fc.array(happening, { maxLength: 80 });
const pageSize = fc.integer({ min: 1, max: 4 });
const runs = { numRuns: 2_000 };

const upTo = (newest: number, from = 1): number[] =>
  Array.from({ length: Math.max(0, newest - from + 1) }, (_, n) => n + from);

describe('a channel of each message', () => {
  it('hands every number over once and in order, whatever is lost, repeated, overtaken or cut', () => {
    fc.assert(
      fc.property(story, pageSize, (happenings, size) => {
        const world = simulate('each', 0, size);
        happenings.forEach(world.happen);
        world.settle();
        const handed = world.effects.map((effect) => (effect.kind === 'message' ? effect.message : effect));
        expect(handed).toEqual(world.sent());
      }),
      runs,
    );
  });

  it('says of every other number that it is gone, where what was missed has been deleted', () => {
    fc.assert(
      fc.property(fc.array(deleting, { maxLength: 80 }), pageSize, (happenings, size) => {
        const world = simulate('each', 0, size);
        happenings.forEach(world.happen);
        world.settle();
        const gaps = world.effects.flatMap((effect) => (effect.kind === 'gap' ? [effect.gap] : []));
        const told = world.effects.flatMap((effect) => {
          if (effect.kind === 'gap') return upTo(effect.gap.to, effect.gap.from);
          return effect.kind === 'message' ? [effect.message.number] : [];
        });
        expect(gaps.filter(({ reason, to }) => reason !== 'deleted' || to >= world.oldest())).toEqual([]);
        expect(told).toEqual(upTo(world.sent().length));
      }),
      runs,
    );
  });

  it('begins with what comes next, where nobody says which number was the last', () => {
    fc.assert(
      fc.property(story, pageSize, (happenings, size) => {
        const world = simulate('each', undefined, size);
        happenings.forEach(world.happen);
        world.settle();
        const numbers = world.effects.map((effect) => (effect.kind === 'message' ? effect.message.number : 0));
        expect(numbers).toEqual(upTo(world.sent().length, numbers[0] ?? world.sent().length + 1));
        expect(world.handedOver()).toBe(world.sent().length);
      }),
      runs,
    );
  });
});

/** What a client makes of its effects: the version of each entity, and where it would have gone back. */
const viewOf = (effects: readonly Effect[]) => {
  const versions = new Map<string, number>();
  const wrong: string[] = [];
  let last = 0;
  for (const effect of effects) {
    if (effect.kind === 'gap' || effect.kind === 'ask') {
      wrong.push(effect.kind);
      continue;
    }
    const { number, events } = effect.kind === 'message' ? effect.message : effect.snapshot;
    if (number <= last) wrong.push(`${number} after ${last}`);
    if (effect.kind === 'message' && last > 0 && number !== last + 1) wrong.push(`${number} without those before`);
    last = number;
    for (const { entity, body } of events) {
      const version = body['number'] as number;
      if (version < (versions.get(entity) ?? 0)) wrong.push(`${entity} goes back to ${version}`);
      versions.set(entity, version);
    }
  }
  return { versions, wrong };
};

describe('a channel of the latest', () => {
  it('leaves the client with the newest of every entity, and never goes back', () => {
    fc.assert(
      fc.property(story, pageSize, (happenings, size) => {
        const world = simulate('latest', 0, size);
        happenings.forEach(world.happen);
        world.settle();
        const newest = new Map(world.sent().flatMap((sent) => sent.events.map(({ entity }) => [entity, sent.number])));
        expect(viewOf(world.effects)).toEqual({ versions: newest, wrong: [] });
        expect(world.handedOver()).toBe(world.sent().length);
      }),
      runs,
    );
  });

  it('begins with what comes next, where nobody says which number was the last', () => {
    fc.assert(
      fc.property(story, pageSize, (happenings, size) => {
        const world = simulate('latest', undefined, size);
        happenings.forEach(world.happen);
        world.settle();
        expect(viewOf(world.effects).wrong).toEqual([]);
        expect(world.handedOver()).toBe(world.sent().length);
      }),
      runs,
    );
  });
});
