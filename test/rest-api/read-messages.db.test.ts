import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createChannelStore } from '../../lambdas/rest-api/channel-store.ts';
import { Channel } from '../../lambdas/rest-api/messages-contract.ts';
import { readMessages } from '../../lambdas/rest-api/read-messages.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { call, countingTelemetry } from './support/call.ts';
import { channelRows, eventOf } from './support/channels.ts';

const channel = 'match/events/m-1';
const inPath = { channel: 'match.events.m-1' };

let database: TestDatabase;
let rows: ReturnType<typeof channelRows>;
beforeAll(async () => {
  database = await createTestDatabase();
  rows = channelRows(database.owner);
});
afterAll(() => database.drop());
beforeEach(() => database.owner.query('TRUNCATE millrace.channels, millrace.messages, millrace.snapshots'));

const endpoint = () =>
  readMessages({
    // As the function's own user, with its rights alone.
    channels: createChannelStore(database.database('rest_api_messages')),
    telemetry: countingTelemetry(),
    now: Date.now,
  });
const read = (query: Record<string, string> = {}, path: Record<string, string> = inPath) =>
  call(endpoint(), path, query);

/** `each`, with numbers from one to another there. */
const filled = async (oldest: number, newest: number): Promise<string[]> => {
  await rows.channel(channel, 'each', newest, oldest);
  const bodies: string[] = [];
  for (let number = oldest; number <= newest; number += 1)
    bodies.push(await rows.message(channel, number, eventOf('m-1', number)));
  return bodies;
};

describe('messages of a channel of each', () => {
  it('are those after a number, as they were published, byte for byte', async () => {
    const bodies = await filled(1, 5);
    const { status, text, headers } = await read({ after: '3' });
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    const head = `{"channel":"${channel}","delivery":"each","oldest":1,"newest":5,"given":5`;
    expect(text).toBe(`${head},"messages":[${bodies[3]},${bodies[4]}],"more":false}`);
  });

  it('are as the schema of the answer says', async () => {
    await filled(1, 2);
    await rows.message(channel, 3, undefined);
    await database.owner.query('UPDATE millrace.channels SET last_number = 3');
    const { body } = await read();
    expect(Channel.parse(body)).toEqual(body);
    expect((body['messages'] as object[]).at(-1)).toMatchObject({ number: 3, events: [], tombstone: 'unpublishable' });
  });

  it('are none where one has them all, or says a number that has not been given', async () => {
    await filled(1, 2);
    expect((await read({ after: '2' })).body).toMatchObject({ newest: 2, messages: [], more: false });
    expect((await read({ after: String(Number.MAX_SAFE_INTEGER) })).body).toMatchObject({ newest: 2, messages: [] });
  });

  it('are cut by count, and say that there are more', async () => {
    await filled(1, 5);
    const { body } = await read({ after: '1', limit: '3' });
    expect((body['messages'] as { number: number }[]).map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(body['more']).toBe(true);
    expect((await read({ after: '2', limit: '3' })).body['more']).toBe(false);
  });

  it('are a hundred where nobody says how many', async () => {
    await filled(1, 101);
    expect((await read()).body['messages']).toHaveLength(100);
  });

  it('are cut so that Lambda takes the answer, also where every character counts twice', async () => {
    await rows.channel(channel, 'each', 30);
    for (let number = 1; number <= 30; number += 1)
      await rows.message(channel, number, eventOf('m-1', number, { text: '\\"'.repeat(50_000) }));
    const { body, text } = await read({ limit: '1000' });
    expect(Buffer.byteLength(JSON.stringify({ statusCode: 200, body: text }))).toBeLessThan(6_291_556);
    const got = (body['messages'] as unknown[]).length;
    expect(got).toBeGreaterThan(5);
    expect(body['more']).toBe(true);
    const rest = await read({ after: String(got), limit: '1000' });
    expect((rest.body['messages'] as { number: number }[])[0]?.number).toBe(got + 1);
  });

  it('that have been deleted are gone, and the oldest there is named', async () => {
    await filled(8, 9);
    const { status, body } = await read({ after: '3' });
    expect(status).toBe(410);
    expect(body).toEqual({
      error: 'gone',
      message: 'after: what follows it has been deleted; go on from 8, or without after',
      field: 'after',
      oldest: 8,
    });
  });

  it('begin with the oldest there is where the one before is the last, or none is said', async () => {
    await filled(8, 9);
    for (const query of [{ after: '7' }, {}] as const) {
      const { status, body } = await read(query);
      expect(status).toBe(200);
      expect((body['messages'] as { number: number }[])[0]?.number).toBe(8);
    }
  });

  it('are gone where all of them have been deleted and one has not had the last', async () => {
    await rows.channel(channel, 'each', 9, 10);
    expect((await read({ after: '8' })).body).toMatchObject({ error: 'gone', oldest: 10 });
    expect((await read({ after: '9' })).body).toMatchObject({ messages: [], oldest: 10, newest: 9 });
  });
});

/** What an answer says of numbers. */
const numbersIn = ({ oldest, newest, given, messages, more }: Record<string, unknown>) => ({
  oldest,
  newest,
  given,
  messages: (messages as { number: number }[]).map(({ number }) => number),
  more,
});

describe('a message of a channel of each that has not been published', () => {
  const onItsWay = (number: number) => rows.message(channel, number, eventOf('m-1', number), false);
  const publish = (...numbers: number[]) =>
    database.owner.query('UPDATE millrace.messages SET published_at = now() WHERE number = ANY ($1)', [numbers]);

  it('is not there yet, nor is what follows it, published or not; that they were given is said', async () => {
    await filled(1, 2);
    for (const number of [3, 4, 5]) await onItsWay(number);
    await publish(4);
    await database.owner.query('UPDATE millrace.channels SET last_number = 5');
    const missing = { oldest: 1, newest: 2, given: 5, more: false };
    expect(numbersIn((await read()).body)).toEqual({ ...missing, messages: [1, 2] });
    expect(numbersIn((await read({ after: '2' })).body)).toEqual({ ...missing, messages: [] });
    expect(numbersIn((await read({ after: '4' })).body)).toEqual({ ...missing, messages: [] });
    await publish(3);
    expect(numbersIn((await read({ after: '2' })).body)).toEqual({ ...missing, newest: 4, messages: [3, 4] });
    await publish(5);
    expect(numbersIn((await read({ after: '4' })).body)).toEqual({ ...missing, newest: 5, messages: [5] });
  });

  it('has one body only, whatever becomes of it', async () => {
    await rows.channel(channel, 'each', 1);
    await onItsWay(1);
    expect(numbersIn((await read()).body)).toMatchObject({ newest: 0, given: 1, messages: [] });
    await database.owner.query(`UPDATE millrace.messages SET body = '{"number":1,"events":[]}', published_at = now()`);
    expect((await read()).body['messages']).toEqual([{ number: 1, events: [] }]);
  });
});

describe('the snapshot of a channel of the latest', () => {
  beforeEach(async () => {
    await rows.channel(channel, 'latest', 9, 9);
    for (const [entity, number] of Object.entries({ ball: 9, ann: 4, bob: 7 }))
      await rows.snapshot(channel, number, eventOf(entity, number));
    // There is no 410 here: a message that has been deleted is in the snapshot all the same.
    await rows.message(channel, 9, eventOf('ball', 9));
  });

  it('is the newest event of each entity, in the order of their messages', async () => {
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(Channel.parse(body)).toEqual(body);
    expect(body).toEqual({
      channel,
      delivery: 'latest',
      oldest: 9,
      newest: 9,
      given: 9,
      snapshot: { number: 9, events: [eventOf('ann', 4), eventOf('bob', 7), eventOf('ball', 9)] },
      more: false,
    });
  });

  it('is of those entities that have changed since a number', async () => {
    const { body } = await read({ after: '4' });
    expect(body['snapshot']).toEqual({ number: 9, events: [eventOf('bob', 7), eventOf('ball', 9)] });
    expect((await read({ after: '9' })).body['snapshot']).toEqual({ number: 9, events: [] });
  });

  it('has nothing of a message that has not been published: it comes with that', async () => {
    await rows.snapshot(channel, 10, eventOf('cid', 10));
    await rows.message(channel, 10, eventOf('cid', 10), false);
    await database.owner.query('UPDATE millrace.channels SET last_number = 10');
    expect((await read({ after: '7' })).body).toMatchObject({
      newest: 9,
      given: 10,
      snapshot: { number: 9, events: [eventOf('ball', 9)] },
    });
    await database.owner.query('UPDATE millrace.messages SET published_at = now()');
    expect((await read({ after: '9' })).body).toMatchObject({
      newest: 10,
      snapshot: { number: 10, events: [eventOf('cid', 10)] },
    });
  });

  it('is cut at a number to go on from, never within one message', async () => {
    const large = (entity: string, number: number) => eventOf(entity, number, { text: 'x'.repeat(120_000) });
    for (let number = 10; number < 30; number += 1)
      for (const entity of ['a', 'b']) await rows.snapshot(channel, number, large(`${entity}${number}`, number));
    await database.owner.query('UPDATE millrace.channels SET last_number = 29');
    const first = (await read()).body as { snapshot: { number: number; events: unknown[] }; more: boolean };
    expect(first.more).toBe(true);
    const second = (await read({ after: String(first.snapshot.number) })).body as typeof first;
    expect(second).toMatchObject({ more: false, snapshot: { number: 29 } });
    expect(first.snapshot.events.length + second.snapshot.events.length).toBe(43);
    expect(first.snapshot.events.length).toBe(3 + 2 * (first.snapshot.number - 9));
  });
});

describe('a channel', () => {
  it('that nothing has been sent to is not found', async () => {
    const { status, body } = await read();
    expect([status, body['error'], body['field']]).toEqual([404, 'not-found', 'channel']);
  });

  it('is understood with slashes as well, should they come through', async () => {
    await filled(1, 1);
    expect((await read({}, { channel })).status).toBe(200);
  });
});

describe('a database that', () => {
  it('has no such rights for us is a crash: nothing mends it but a deploy', async () => {
    await database.owner.query('REVOKE SELECT ON millrace.messages FROM millrace_rest_api');
    try {
      await expect(read()).rejects.toThrow('SQLSTATE 42501');
    } finally {
      await database.owner.query('GRANT SELECT ON millrace.messages TO millrace_rest_api');
    }
  });

  it('has cut the connection is asked again over another one', async () => {
    await filled(1, 1);
    const telemetry = countingTelemetry();
    const store = createChannelStore(database.database('rest_api_messages'));
    const again = readMessages({ channels: store, telemetry, now: Date.now });
    expect((await call(again, inPath)).status).toBe(200);
    await database.owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rest_api_messages'`,
    );
    expect((await call(again, inPath)).status).toBe(200);
  });
});
