import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectAs } from '../../bin/local/delivery.ts';
import { readProgress } from '../../bin/local/delivery-progress.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());

const connect = async (): Promise<Client> => {
  const { database = '' } = await world.config('delivery_relay');
  const environment = { DATABASE_NAME: database, DATABASE_USER: 'delivery_relay' };
  return connectAs({ postgres: inject('postgres') }, environment)();
};
/** As a server that is killed: no word of goodbye. */
const cutOff = (client: Client): void =>
  void (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();

describe('a connection of the account', () => {
  it('fails the query under way when it is cut, and nothing else', async () => {
    const client = await connect();
    const query = client.query('SELECT pg_sleep(5)');
    setTimeout(() => cutOff(client), 50);
    await expect(query).rejects.toThrow('Connection terminated');
    await client.end();
  });
});

describe('how far the delivery has come', () => {
  it('is what waits, since when, and the numbers of the channels', async () => {
    const { progress, close } = readProgress(connect);
    expect(await progress()).toEqual({ unsent: 0, unpublished: 0, waitingSince: undefined, lastNumbers: new Map() });
    await world.owner.query(`
      INSERT INTO millrace.channels (channel, delivery, last_number) VALUES ('social/posts/reds', 'each', 9007199254740991);
      INSERT INTO millrace.messages (channel, number, delivery, body, numbered_at, published_at) VALUES
        ('social/posts/reds', 7, 'each', '', '2026-03-01T12:00:00.5Z', NULL), ('social/posts/reds', 6, 'each', '', 'epoch', now());
      INSERT INTO millrace.outbox (channel, delivery, source, source_event_id, occurred_at, arrived_at, priority, payload)
      VALUES ('social/posts/reds', 'each', 'social', 'p', now(), '2026-03-01T12:00:01Z', 'normal', '{}')`);
    expect(await progress()).toEqual({
      unsent: 1,
      unpublished: 1,
      waitingSince: Date.parse('2026-03-01T12:00:00.500Z'),
      lastNumbers: new Map([['social/posts/reds', Number.MAX_SAFE_INTEGER]]),
    });
    close();
  });

  it('is asked over one connection, and over another when that has been cut, idle or not', async () => {
    const made: Client[] = [];
    const { progress, close } = readProgress(async () => {
      const client = await connect();
      made.push(client);
      return client;
    });
    await Promise.all([progress(), progress()]);
    await progress();
    expect(made).toHaveLength(1);
    const [first] = made;
    if (first) cutOff(first);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await progress();
    expect(made).toHaveLength(2);
    const asked = progress();
    if (made[1]) cutOff(made[1]);
    await expect(asked).rejects.toThrow('Connection');
    await progress();
    expect(made).toHaveLength(3);
    close();
  });

  it('connects again where it could not', async () => {
    let refusals = 1;
    const { progress, close } = readProgress(() => {
      refusals -= 1;
      return refusals < 0 ? connect() : Promise.reject(new Error('refused'));
    });
    await expect(progress()).rejects.toThrow('refused');
    expect((await progress()).unsent).toBe(1);
    close();
  });
});
