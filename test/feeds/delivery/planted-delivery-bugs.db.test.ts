import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awaitDelivery } from '../../../bin/local/await-delivery.ts';
import type { DeliveryAccount } from '../../../feeds/account/delivery/delivery-book.ts';
import { takeDeliveryAccount } from '../../../feeds/account/delivery/take-delivery-account.ts';
import { createDeliveryReaders } from '../../../feeds/readers/deliveries.ts';
import { DeliveryLog } from '../../../feeds/subscriber/delivery-log.ts';
import type { RelayPorts } from '../../../lambdas/delivery/relay-ports.ts';
import type { RelayStore } from '../../../lambdas/delivery/relay-store.ts';
import { clearDelivery, fillOutbox } from '../../delivery/support/outbox.ts';
import { relay, storeOf } from '../../delivery/support/relay-world.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

const channel = 'social/posts/reds';
const ids = Array.from({ length: 20 }, (_, n) => `post-${n}`);
const at = '2026-11-21T08:00:00Z';
const hourMs = 3_600_000;

let world: TestDatabase;
let log: DeliveryLog;
beforeAll(async () => {
  world = await createTestDatabase();
  await world.owner.query(`SELECT millrace.ensure_event_partitions(ARRAY['2026-11-21']::date[])`);
});
afterAll(() => world.drop());
beforeEach(async () => {
  await clearDelivery(world.owner);
  await world.owner.query('TRUNCATE millrace.events');
  await world.owner.query(
    `INSERT INTO millrace.events (source, source_event_id, occurred_on, occurred_at, subject, entity, body, body_hash,
       schema_id, priority, stream, shard, sequence_number, arrived_at)
     SELECT 'market', id, $2::date, $2::timestamptz, 'social-post', 'reds', jsonb_build_object('id', id), '\\x00', gen_random_uuid(), 'normal', 's',
       'shardId-000000000000', id, now() FROM unnest($1::text[]) AS id`,
    [ids, at],
  );
  await fillOutbox(
    world.owner,
    ids.map((id) => ({ channel, id, entity: 'reds', occurredAt: at })),
  );
  log = new DeliveryLog();
  log.connected(Date.now() - 60_000);
});

const push: RelayPorts['publish'] = async (_, bodies) => {
  for (const body of bodies) log.push(body, Date.now(), () => true);
  return bodies.map(() => 'accepted' as const);
};
/** As a process that ends between publishing and marking; its lease has lapsed by the next. */
const crashed = async (store: RelayStore = storeOf(world, 'crashed', 1)): Promise<void> => {
  const died = new Error('killed');
  const gone = () => Promise.reject(died);
  const dying = { ...store, mark: gone, release: gone };
  await expect(relay(dying, [channel], { publish: push })).rejects.toBe(died);
  await world.owner.query(`UPDATE millrace.channels SET leased_until = now() - interval '1 second'`);
};
const relayed = (publish = push) => relay(storeOf(world, 'one'), [channel], { publish });

const account = (): Promise<DeliveryAccount> => {
  const connectAs = (user: string) => async () => {
    const client = new pg.Client(await world.config(user));
    await client.connect();
    return client;
  };
  const readers = createDeliveryReaders({
    messages: connectAs('rest_api_messages'),
    outbox: connectAs('delivery_relay'),
    events: connectAs('enrichment_market'),
  });
  const rules = {
    expiresAfterMs: { each: 12 * hourMs, latest: 300_000 },
    keepPublishedMs: { each: 24 * hourMs, latest: hourMs },
  };
  return takeDeliveryAccount({ readers, log, rules, now: Date.now }, []);
};
/** As a run ends: what has not come by itself is asked for, and answered from the table. */
const awaited = async (): Promise<void> => {
  const resumed: Promise<void>[] = [];
  const resume = async (): Promise<void> => {
    const { rows } = await world.owner.query<{ body: string }>('SELECT body FROM millrace.messages ORDER BY number');
    for (const { body } of rows) log.resume(channel, JSON.parse(body), Date.now());
  };
  await awaitDelivery({
    now: Date.now,
    sleep,
    progress: () => Promise.resolve({ unsent: 0, unpublished: 0, waitingSince: undefined, lastNumbers }),
    subscriber: { log, isIdle: () => true, suspect: () => void resumed.push(resume()) },
    say: () => {},
  });
  await Promise.all(resumed);
};
const lastNumbers = new Map([[channel, ids.length]]);

const posts = async () => (await account()).families.find(({ family }) => family === 'social/posts');

describe('the account of the relay as it is', () => {
  it('balances', async () => {
    await relayed();
    expect(await posts()).toMatchObject({ messages: 20, events: 20, byPush: 20, repeats: 0, faults: {} });
  });

  it('balances when it was killed between publishing and marking, with repeats that are the same', async () => {
    await crashed();
    await relayed();
    const seen = await posts();
    expect(seen).toMatchObject({ messages: 20, faults: {} });
    expect(seen?.repeats).toBeGreaterThan(0);
  });
});

describe('a planted bug turns the account of deliveries red', () => {
  it('when a message is marked that was never published', async () => {
    await relayed(async (of, bodies) => {
      await push(of, bodies.slice(1), () => {});
      return bodies.map(() => 'accepted');
    });
    expect((await posts())?.faults.notDelivered).toBeGreaterThan(0);
    expect((await account()).balances).toBe(false);
  });

  it('also when the subscriber has asked for it by the end, or has asked for everything', async () => {
    await relayed(async (of, bodies) => {
      await push(of, bodies.slice(1), () => {});
      return bodies.map(() => 'accepted');
    });
    const pushed = log.pushed.messages;
    await awaited();
    expect((await posts())?.faults).toEqual({ neverPushed: ids.length - pushed });
    await world.owner.query('UPDATE millrace.messages SET published_at = NULL WHERE number = 20');
    expect((await posts())?.faults.unpublished).toBe(1);
  });

  it('when what is published again has another body', async () => {
    await crashed();
    await world.owner.query(`UPDATE millrace.messages SET body = replace(body, 'post-0', 'post-X') WHERE number = 1`);
    await relayed();
    expect((await posts())?.faults).toMatchObject({ bodyDiffers: 1, notNumbered: 1, phantomMessage: 1 });
  });

  it('when numbers are given at the mark, so that a crash gives them twice', async () => {
    const store = storeOf(world, 'crashed', 1);
    await crashed(store);
    // What was numbered is forgotten, and waits again.
    await world.owner.query('TRUNCATE millrace.messages, millrace.channels');
    await fillOutbox(
      world.owner,
      ids.toReversed().map((id) => ({ channel, id, entity: 'reds', occurredAt: at })),
    );
    await relayed();
    expect((await posts())?.faults.bodyDiffers).toBeGreaterThan(0);
  });

  it('when a row is left in the outbox that has a number', async () => {
    await relayed();
    await fillOutbox(world.owner, [{ channel, id: 'post-3', entity: 'reds', occurredAt: at }]);
    await relayed();
    expect((await posts())?.faults).toEqual({ numberedTwice: 1 });
  });

  it('when a cursor goes past an id that became visible late', async () => {
    await world.owner.query(`DELETE FROM millrace.outbox WHERE source_event_id = 'post-7'`);
    await relayed();
    expect((await posts())?.faults).toEqual({ notNumbered: 1 });
  });

  it('when a number is given to nothing', async () => {
    await relayed();
    await world.owner.query('UPDATE millrace.channels SET last_number = last_number + 1');
    expect((await posts())?.faults).toEqual({ missingNumber: 1 });
  });
});
