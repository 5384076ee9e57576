import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import { planMessages } from '../../lambdas/delivery/plan-messages.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { untilSomeoneWaits } from './support/locks.ts';
import { clearDelivery, fillOutbox } from './support/outbox.ts';
import { createWitness, relay, storeOf } from './support/relay-world.ts';

let world: TestDatabase;
let other: pg.Client;
beforeAll(async () => {
  world = await createTestDatabase();
  other = new pg.Client(await world.config('delivery_relay'));
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await world.drop();
});
beforeEach(() => clearDelivery(world.owner));

const each = (channel: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({ channel, id: `${channel} ${from + n}` }));
const lapse = () => world.owner.query(`UPDATE millrace.channels SET leased_until = now() - interval '1 s'`);

describe('a lease', () => {
  it('keeps others out until it is let go, or has lapsed', async () => {
    await fillOutbox(world.owner, each('a/x', 1));
    const [one, two] = [storeOf(world, 'one'), storeOf(world, 'two')];
    expect(await one.take(['a/x'])).toEqual([{ channel: 'a/x', lapsed: false }]);
    expect(await two.take(['a/x'])).toEqual([]);
    expect(await one.take(['a/x'])).toEqual([{ channel: 'a/x', lapsed: false }]); // its answer had been lost
    await lapse();
    expect(await two.take(['a/x'])).toEqual([{ channel: 'a/x', lapsed: true }]);
    await two.release(['a/x'], 0);
    expect(await one.take(['a/x'])).toEqual([{ channel: 'a/x', lapsed: false }]);
  });

  it('that is put off is nobody’s until its time has come', async () => {
    await fillOutbox(world.owner, each('a/x', 1));
    const [one, two] = [storeOf(world, 'one'), storeOf(world, 'two')];
    await one.take(['a/x']);
    await one.release(['a/x'], 150);
    expect(await two.take(['a/x'])).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await two.take(['a/x'])).toHaveLength(1);
  });

  it('once lost lets its holder change nothing', async () => {
    await fillOutbox(world.owner, each('a/x', 3));
    const [zombie, two] = [storeOf(world, 'zombie'), storeOf(world, 'two')];
    await zombie.take(['a/x']);
    const [waiting] = await zombie.read(['a/x']);
    await lapse();
    await two.take(['a/x']);
    expect(await zombie.read(['a/x'])).toEqual([]);
    expect(await zombie.renew(['a/x'])).toEqual(new Set());
    if (!waiting) throw new Error('it held the channel');
    expect(await zombie.number([planMessages(waiting)])).toEqual(new Set());
    expect(await zombie.letGo(['a/x'])).toEqual(new Set());
    await zombie.release(['a/x'], 60_000);
    expect(await two.renew(['a/x'])).toEqual(new Set(['a/x']));
    expect((await two.read(['a/x']))[0]?.rows).toHaveLength(3);
  });

  it('is taken by one of many that come at once', async () => {
    const channels = Array.from({ length: 20 }, (_, n) => `a/c${n}`);
    await fillOutbox(
      world.owner,
      channels.flatMap((channel) => each(channel, 1)),
    );
    const takers = Array.from({ length: 6 }, (_, n) => storeOf(world, `r${n}`));
    const taken = await Promise.all(
      takers.map((store, n) => store.take(n % 2 === 0 ? channels : channels.toReversed())),
    );
    expect(
      taken
        .flat()
        .map(({ channel }) => channel)
        .sort(),
    ).toEqual(channels.toSorted());
  });
});

describe('a wake', () => {
  it('that comes while its channel is being let go is not lost: it waits, and takes it', async () => {
    await fillOutbox(world.owner, each('a/x', 1));
    const two = storeOf(world, 'two');
    await storeOf(world, 'one').take(['a/x']);
    await world.owner.query('DELETE FROM millrace.outbox');
    await other.query('BEGIN');
    const { rowCount } = await other.query(`SELECT millrace.let_go_channels(ARRAY['a/x'], 'one')`);
    expect(rowCount).toBe(1);
    await fillOutbox(world.owner, each('a/x', 1));
    const taking = two.take(['a/x']);
    await untilSomeoneWaits(world.owner);
    await other.query('COMMIT');
    expect(await taking).toEqual([{ channel: 'a/x', lapsed: false }]);
  });

  it('that found its channel held is not lost either: who lets it go looks after it has the lock', async () => {
    await fillOutbox(world.owner, each('a/x', 1));
    const one = storeOf(world, 'one');
    await one.take(['a/x']);
    await world.owner.query('DELETE FROM millrace.outbox');
    // The other relay looks, and has the row locked while it does.
    await other.query('BEGIN');
    await other.query(`SELECT millrace.lease_channels(ARRAY['a/x'], 'two', 15)`);
    const lettingGo = one.letGo(['a/x']);
    await untilSomeoneWaits(world.owner);
    await fillOutbox(world.owner, each('a/x', 1)); // committed while `one` waits for the lock
    await other.query('COMMIT');
    expect(await lettingGo).toEqual(new Set());
    expect(await one.renew(['a/x'])).toEqual(new Set(['a/x']));
  });

  it('is enough, whoever relays, while events come', async () => {
    const witness = createWitness();
    const channels = ['a/x', 'a/y', 'a/z'];
    const relays: Promise<unknown>[] = [];
    for (let n = 0; n < 40; n += 1) {
      const channel = channels[n % 3] ?? '';
      await fillOutbox(world.owner, each(channel, 3, n * 3));
      relays.push(relay(storeOf(world, `r${n}`), [channel], { publish: witness.accept }));
      if (n % 4 === 3) await Promise.all(relays.splice(0, 2));
    }
    await Promise.all(relays);
    for (const channel of channels) {
      const count = witness.ids(channel).flat().length;
      expect(witness.numbers(channel)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
      expect(new Set(witness.ids(channel).flat()).size).toBe(count);
    }
    expect(witness.seen).toHaveLength(120);
  });
});

describe('a relay that dies', () => {
  it('between publish and mark leaves messages that the next one sends again, word for word, and goes on', async () => {
    await fillOutbox(world.owner, each('a/x', 7));
    const witness = createWitness();
    const dying = storeOf(world, 'dying');
    const gone = () => Promise.reject(new UnavailableError('store', 'gone'));
    const died = relay({ ...dying, mark: gone, release: gone }, ['a/x'], { publish: witness.accept });
    await expect(died).rejects.toThrow('gone');
    await fillOutbox(world.owner, each('a/x', 2, 7));
    expect(await relay(storeOf(world, 'early'), ['a/x'], { publish: witness.accept })).toMatchObject({ published: 0 });
    await lapse();
    const result = await relay(storeOf(world, 'next'), ['a/x'], { publish: witness.accept });
    expect(witness.numbers('a/x')).toEqual([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(witness.seen.slice(7, 14)).toEqual(witness.seen.slice(0, 7));
    expect(result).toMatchObject({ republished: 7, lapsed: 1, published: 9 });
  });

  it('and comes back to a number it has given finds it given', async () => {
    await fillOutbox(world.owner, each('a/x', 2));
    const store = storeOf(world, 'one');
    let lost = 1;
    const witness = createWitness();
    const losing = {
      ...store,
      number: async (numberings: Parameters<typeof store.number>[0]) => {
        const done = await store.number(numberings);
        return (lost -= 1) < 0 ? done : new Set<string>();
      },
    };
    await relay(losing, ['a/x'], { publish: witness.accept });
    expect(witness.numbers('a/x')).toEqual([1, 2]);
  });
});

describe('many channels', () => {
  it('are not delayed by one that is slow, and a failing one is put off', async () => {
    const channels = Array.from({ length: 300 }, (_, n) => `a/c${n}`);
    await fillOutbox(
      world.owner,
      [...channels, 'a/slow', 'a/failing'].flatMap((channel) => each(channel, 2)),
    );
    const witness = createWitness();
    const order: string[] = [];
    const woken: [readonly string[], number][] = [];
    const result = await relay(storeOf(world, 'one'), ['a/slow', 'a/failing', ...channels], {
      publish: async (channel, bodies) => {
        if (channel === 'a/slow') await new Promise((resolve) => setTimeout(resolve, 1_500));
        if (channel === 'a/failing') throw new UnavailableError('events', 'away');
        order.push(channel);
        return witness.accept(channel, bodies);
      },
      wake: (names, afterMs) => {
        // At once, not when the slow one is through.
        expect(order).not.toContain('a/slow');
        woken.push([names, afterMs]);
      },
    });
    expect(woken).toEqual([[['a/failing'], 5_000]]);
    expect(order.at(-1)).toBe('a/slow');
    expect(new Set(order)).toEqual(new Set([...channels, 'a/slow']));
    expect(result).toMatchObject({ published: 602, left: [] });
    expect(result.failed).toEqual(new Map([['events', 1]]));
  });

  it('are let go when time is up, and said to be left', async () => {
    await fillOutbox(world.owner, each('a/x', 200));
    const witness = createWitness();
    const result = await relay(
      storeOf(world, 'one'),
      ['a/x', 'a/y'],
      {
        publish: async (channel, bodies) => {
          await new Promise((resolve) => setTimeout(resolve, 60));
          return witness.accept(channel, bodies);
        },
      },
      { deadline: Date.now() + 250 },
    );
    expect(result.left).toEqual(['a/x']);
    expect(witness.seen.length).toBeGreaterThan(0);
    expect(witness.seen.length).toBeLessThan(200);
    await relay(storeOf(world, 'two'), ['a/x'], { publish: witness.accept });
    expect(witness.numbers('a/x')).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
  });
});

describe('statements of many channels', () => {
  it.each(['renew', 'release', 'releaseUntilNext'] as const)(
    'lock them in the order of their names: %s waits for the first with none of the others locked',
    async (name) => {
      // In the table from the last name to the first.
      const channels = Array.from({ length: 20 }, (_, n) => `a/${String(99 - n)}`);
      const one = storeOf(world, 'one');
      for (const channel of channels) {
        await fillOutbox(world.owner, each(channel, 1));
        await one.take([channel]);
      }
      await other.query(`BEGIN; SELECT FROM millrace.channels WHERE channel = 'a/80' FOR UPDATE`);
      const waiting = name === 'release' ? one.release(channels, 0) : one[name](channels);
      await untilSomeoneWaits(world.owner);
      const { rowCount } = await world.owner.query('SELECT FROM millrace.channels FOR UPDATE SKIP LOCKED');
      await other.query('COMMIT');
      await waiting;
      expect(rowCount).toBe(19);
    },
  );

  it('mark what was published in the order of channels and numbers', async () => {
    const one = storeOf(world, 'one');
    for (const channel of ['a/z', 'a/y', 'a/x']) {
      await fillOutbox(world.owner, each(channel, 2));
      await one.take([channel]);
      await one.number((await one.read([channel])).map(planMessages));
    }
    await other.query(`BEGIN; SELECT FROM millrace.messages WHERE channel = 'a/x' AND number = 1 FOR UPDATE`);
    const ids = ['a/z', 'a/y', 'a/x'].flatMap((channel) => [2, 1].map((number) => ({ channel, number })));
    const marking = one.mark(ids);
    await untilSomeoneWaits(world.owner);
    const { rowCount } = await world.owner.query('SELECT FROM millrace.messages FOR UPDATE SKIP LOCKED');
    await other.query('COMMIT');
    await marking;
    expect(rowCount).toBe(5);
    expect((await world.owner.query('SELECT FROM millrace.messages WHERE published_at IS NULL')).rowCount).toBe(0);
  });
});

describe('a row that the database refuses', () => {
  it('stops its own channel only, which is put off and counted', async () => {
    const channels = Array.from({ length: 30 }, (_, n) => `q/c${n}`);
    const quote = (channel: string, entity: string) => ({ channel, id: channel, delivery: 'latest' as const, entity });
    await fillOutbox(world.owner, [
      ...channels.map((channel) => quote(channel, 'e')),
      // Too large for an entry of the index of snapshots, and not to be compressed.
      quote('q/bad', Array.from({ length: 9_000 }, () => Math.random().toString(36).slice(2, 3)).join('')),
    ]);
    const witness = createWitness();
    const result = await relay(storeOf(world, 'one'), ['q/bad', ...channels], { publish: witness.accept });
    expect(result).toMatchObject({ published: 30, left: [] });
    expect(result.failed).toEqual(new Map([['row', 1]]));
    const { rows } = await world.owner.query(
      `SELECT channel, lease FROM millrace.channels WHERE retry_at > now() + interval '20 s' OR lease IS NOT NULL`,
    );
    expect(rows).toEqual([{ channel: 'q/bad', lease: null }]);
  });
});
