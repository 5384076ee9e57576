import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planMessages } from '../../lambdas/delivery/plan-messages.ts';
import type { RelayStore, Waiting } from '../../lambdas/delivery/relay-store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { DeliveryTables, memoryStore } from './machine/tables.ts';
import { clearDelivery, fillOutbox } from './support/outbox.ts';
import { storeOf } from './support/relay-world.ts';

/** The store in memory is a model; here it meets PostgreSQL, so that it is not a wish. */
let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());

const leaseMs = 60_000;
const holders = ['one', 'two'] as const;
const channels = ['each/a', 'each/b', 'latest/c'] as const;
const holder = fc.constantFrom(...holders);
const some = fc.uniqueArray(fc.constantFrom(...channels), { minLength: 1, maxLength: 3 });

const step = fc.oneof(
  fc.record({
    is: fc.constant('insert' as const),
    channel: fc.constantFrom(...channels),
    entity: fc.constantFrom('x', 'y'),
    second: fc.nat(5),
  }),
  fc.record({
    is: fc.constantFrom('take', 'number', 'mark', 'entomb', 'doubt', 'renew', 'letGo', 'release'),
    holder,
    some,
  }),
  fc.record({ is: fc.constant('lapse' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const arrivedAt = '2026-11-21T08:00:00.500Z';

/** What both answer alike: not the clock. */
const seen = (waiting: readonly Waiting[]) =>
  waiting
    .map(({ channel, delivery, lastNumber, waitMs, unpublished, control, rows, more }) => ({
      control,
      channel,
      delivery,
      lastNumber,
      unpublished,
      more,
      waits: waitMs > 0,
      rows: rows.map(({ event, perSecond, sent }) => ({ event, perSecond, sent })),
    }))
    .sort((a, b) => (a.channel < b.channel ? -1 : 1));

/** Takes one step over a store, and says what was answered. */
const act = async (store: RelayStore, is: string, names: readonly string[]): Promise<unknown> => {
  const waiting = await store.read(names);
  const ids = waiting.flatMap(({ channel, unpublished }) => unpublished.map(({ number }) => ({ channel, number })));
  const sorted = (set: ReadonlySet<string>): string[] => [...set].sort();
  if (is === 'take') return (await store.take(names)).toSorted((a, b) => (a.channel < b.channel ? -1 : 1));
  if (is === 'number') {
    const plans = waiting.filter(({ unpublished }) => unpublished.length === 0).map(planMessages);
    return [seen(waiting), sorted(await store.number(plans.map((plan) => ({ ...plan, pauseMs: plan.pauseMs * 100 }))))];
  }
  if (is === 'mark') return [seen(waiting), await store.mark(ids.slice(0, 1))];
  if (is === 'entomb')
    return [seen(waiting), await store.entomb(ids.slice(0, 1).map((id) => ({ ...id, body: 'tomb', refusal: 'no' })))];
  if (is === 'doubt')
    return [seen(waiting), await store.doubt(ids.slice(0, 1).map((id) => ({ ...id, refusal: 'no' })))];
  if (is === 'renew') return sorted(await store.renew(names));
  if (is === 'letGo') return sorted(await store.letGo(names));
  return store.release(names, 0);
};

const play = async (steps: readonly Step[]): Promise<void> => {
  await clearDelivery(world.owner);
  const tables = new DeliveryTables();
  const shift = { ms: 0 };
  const now = (): number => Date.now() + shift.ms;
  const real = new Map(holders.map((name) => [name, storeOf(world, name, leaseMs)]));
  const model = new Map(
    holders.map((name) => [name, memoryStore(tables, name, leaseMs, now, { each: 50, latest: 1_000 })]),
  );
  let id = 0;
  for (const one of steps) {
    if (one.is === 'lapse') {
      for (const found of tables.channels.values()) found.leasedUntil = 0;
      await world.owner.query(`UPDATE millrace.channels SET leased_until = '-infinity' WHERE lease IS NOT NULL`);
    } else if ('entity' in one) {
      id += 1;
      const delivery = one.channel.startsWith('each') ? ('each' as const) : ('latest' as const);
      const occurredAt = `2026-11-21T08:00:0${one.second}.000000Z`;
      const event = { source: 'market', sourceEventId: `e${id}`, entity: one.entity, occurredAt, arrivedAt };
      const perSecond = delivery === 'latest' ? 1 : null;
      await fillOutbox(world.owner, [
        {
          channel: one.channel,
          id: `e${id}`,
          delivery,
          entity: one.entity,
          perSecond: 1,
          occurredAt,
          arrivedAt,
          payload: {},
        },
      ]);
      tables.rows.push({
        id,
        channel: one.channel,
        delivery,
        row: { event: { ...event, priority: 'normal', body: {} }, perSecond, expiresAfterSeconds: null },
      });
    } else if ('holder' in one) {
      const answers = [model, real].map((stores) => act(stores.get(one.holder) as RelayStore, one.is, one.some));
      const [expected, answered] = await Promise.all(answers);
      expect(answered).toEqual(expected);
    }
  }
  for (const name of holders)
    expect(seen(await (real.get(name) as RelayStore).read(channels))).toEqual(
      seen(await (model.get(name) as RelayStore).read(channels)),
    );
};

describe('the relay’s store in memory', () => {
  it('answers as PostgreSQL does, whatever two relays ask of it', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), play), {
      numRuns: 60,
      seed: 20261121,
    });
  });
});
