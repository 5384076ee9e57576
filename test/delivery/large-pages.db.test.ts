import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRelayStore } from '../../lambdas/delivery/relay-store.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { clearDelivery } from './support/outbox.ts';
import { createWitness, relay, storeOf } from './support/relay-world.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());
beforeEach(() => clearDelivery(world.owner));

const channels = Array.from({ length: 64 }, (_, n) => `a/c${n + 1}`);
/** 25 posts in each of 64 channels, of so many times 32 bytes. */
const fill = (size: number) =>
  world.owner.query(
    `INSERT INTO millrace.outbox (channel, delivery, entity, source, source_event_id, occurred_at, arrived_at, priority, payload)
     SELECT 'a/c' || c, 'each', 'e', 's', 'id' || c || '-' || i, now(), now(), 'normal',
       jsonb_build_object('text', (SELECT string_agg(md5(c || ' ' || i || ' ' || k), '') FROM generate_series(1, $1::int) AS k))
     FROM generate_series(1, 64) AS c, generate_series(1, 25) AS i`,
    [size],
  );

describe('many channels with a megabyte each', () => {
  it('are relayed in less memory than a function has, counting what this process has already', async () => {
    await fill(600); // 30 MB in all
    const before = process.memoryUsage.rss();
    let peak = 0;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
    const result = await relay(
      storeOf(world, 'one'),
      channels,
      { publish: async (_, bodies) => bodies.map(() => 'accepted' as const) },
      { deadline: Date.now() + 50_000 },
    );
    clearInterval(timer);
    expect(result).toMatchObject({ published: 1_600, left: [] });
    expect(peak - before).toBeLessThan(250e6); // of 512 MB
  });

  it('are read in fewer at once where a statement takes too long', async () => {
    await fill(1);
    const database = world.database('delivery_relay');
    const asked: number[] = [];
    const store = createRelayStore(database, {
      holder: 'one',
      leaseMs: 15_000,
      resilient: (attempt) => attempt(3_000),
    });
    const slow = createRelayStore(
      { ...database, query: () => Promise.reject(new Error('Query read timeout')) },
      { holder: 'one', leaseMs: 15_000, resilient: (attempt) => attempt(3_000) },
    );
    const witness = createWitness();
    const result = await relay(
      {
        ...store,
        read: (some) => {
          asked.push(some.length);
          return some.length > 10 ? slow.read(some) : store.read(some);
        },
      },
      channels.slice(0, 40),
      { publish: witness.accept },
      { deadline: Date.now() + 50_000 },
    );
    expect(result).toMatchObject({ published: 1_000, left: [] });
    expect(asked.slice(0, 4)).toEqual([40, 20, 10, 10]);
    expect(Math.max(...asked.slice(4).filter((count) => count > 20))).toBe(-Infinity);
  });
});
