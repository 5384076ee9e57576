import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publishTo, type EventsClient, type Frame } from '../support/events-client.ts';
import { startEventsWorld, type EventsWorld } from '../support/events-world.ts';

let world: EventsWorld;
let token: string;
let client: EventsClient;
beforeAll(async () => {
  world = await startEventsWorld();
  token = await world.issuer.mint();
});
beforeEach(async () => {
  client = await world.client();
});
afterEach(() => client.socket.close());
afterAll(() => world.stop());

const publish = async (channel: string, ...events: string[]): Promise<void> => {
  expect((await publishTo(world.endpoint, { channel, events })).status).toBe(200);
};
const dataOf = (frames: readonly Frame[]): readonly unknown[] => frames.filter(({ type }) => type === 'data');
const error = (errorType: string, message = '') => [
  expect.objectContaining({ errorType, message: expect.stringContaining(message) as string }),
];

describe('a subscription', () => {
  it('gets each event of its channel in a frame of its own: the text as it was published', async () => {
    await client.subscribe('a', '/match/one', token);
    const texts = ['{"n": 1,  "é": "🙂\\n"}', '[2]', '"three"'];
    await publish('match/one', ...texts);
    await publish('match/two', '"not mine"');
    await publish('match/one', '4');
    await client.next({ event: '4' });
    expect(dataOf(client.frames)).toEqual([...texts, '4'].map((event) => ({ id: 'a', type: 'data', event })));
  });

  it('with a wildcard gets those of all channels below', async () => {
    await client.subscribe('all', 'match/*', token);
    await client.subscribe('deep', '/match/a/*', token);
    for (const channel of ['match/a', 'match/a/b', 'match/a/b/c', 'match', 'open/a'])
      await publish(channel, `"${channel}"`);
    await publish('match/end', '"end"');
    await client.next({ event: '"end"' });
    expect(dataOf(client.frames).map((frame) => [(frame as Frame)['id'], (frame as Frame)['event']])).toEqual([
      ['all', '"match/a"'],
      ['all', '"match/a/b"'],
      ['deep', '"match/a/b"'],
      ['all', '"match/a/b/c"'],
      ['deep', '"match/a/b/c"'],
      ['all', '"end"'],
    ]);
  });

  it('that overlaps with another of the same connection gets its own frame', async () => {
    await client.subscribe('x', 'match/one', token);
    await client.subscribe('y', 'match/one', token);
    await publish('match/one', '1');
    expect([await client.next({ type: 'data' }), await client.next({ type: 'data' })].map(({ id }) => id)).toEqual([
      'x',
      'y',
    ]);
  });

  it('ends with unsubscribe', async () => {
    await client.subscribe('a', 'match/one', token);
    client.send({ type: 'unsubscribe', id: 'a' });
    expect(await client.next({ id: 'a' })).toEqual({ id: 'a', type: 'unsubscribe_success' });
    await publish('match/one', '1');
    await client.subscribe('a', 'match/other', token); // the id is free again
    await publish('match/other', '2');
    await client.next({ type: 'data' });
    expect(dataOf(client.frames)).toEqual([{ id: 'a', type: 'data', event: '2' }]);
  });

  it('that is sent right before its unsubscribe is answered before it', async () => {
    client.send({ type: 'subscribe', id: 'q', channel: 'match/q', authorization: { authorization: token } });
    client.send({ type: 'unsubscribe', id: 'q' });
    expect((await client.next({ id: 'q' })).type).toBe('subscribe_success');
    expect((await client.next({ id: 'q' })).type).toBe('unsubscribe_success');
  });

  it('that does not exist cannot be ended', async () => {
    client.send({ type: 'unsubscribe', id: 'never' });
    expect(await client.next({ id: 'never' })).toMatchObject({
      type: 'unsubscribe_error',
      errors: error('UnknownOperationError'),
    });
  });

  it('has an id that no other of its connection has', async () => {
    await client.subscribe('a', 'match/one', token);
    expect(await client.subscribe('a', 'match/two', token)).toMatchObject({
      type: 'subscribe_error',
      errors: error('DuplicatedOperationError'),
    });
  });

  it('is one of 200 of its connection at most', async () => {
    for (let n = 0; n < 200; n += 1) {
      expect((await client.subscribe(`s${n}`, `match/c${n}`, token)).type).toBe('subscribe_success');
    }
    expect(await client.subscribe('one more', 'match/x', token)).toMatchObject({
      type: 'subscribe_error',
      errors: error('MaxSubscriptionsReachedError'),
    });
  });

  it.each([
    ['missing', async () => ''],
    ['expired', () => world.issuer.mint({ expiresInSeconds: -5 })],
    ['for another audience', () => world.issuer.mint({ audience: 'others' })],
    ['of another issuer', () => world.issuer.mint({ issuer: 'https://x.invalid' })],
    ['garbage', async () => 'garbage'],
  ])('needs a token, though the connection had one: it is %s', async (_, bad) => {
    const refused = await client.subscribe('a', 'match/one', await bad());
    expect(refused).toMatchObject({ type: 'subscribe_error', id: 'a', errors: error('UnauthorizedException') });
    expect((await client.subscribe('a', 'match/one', token)).type).toBe('subscribe_success'); // and the connection stays
  });

  it('needs the member "authorization"', async () => {
    client.send({ type: 'subscribe', id: 'a', channel: 'match/one' });
    expect(await client.next({ id: 'a' })).toMatchObject({ errors: error('UnauthorizedException') });
  });

  it.each([
    ['nothing/here', 'No Channel Namespace found'],
    ['match/m_1', 'Invalid Channel Format'],
    ['match/*/a', 'Invalid Channel Format'],
    ['match/a*', 'Invalid Channel Format'],
    ['*', 'Invalid Channel Format'],
    ['match/a/b/c/d/*', 'Invalid Channel Format'],
  ])('to %s is refused', async (channel, message) => {
    expect(await client.subscribe('a', channel, token)).toMatchObject({
      type: 'subscribe_error',
      errors: error('BadRequestException', message),
    });
  });
});

describe('a publish over WebSocket', () => {
  const publishHere = async (channel: string, events: unknown, authorization: object = { Authorization: token }) => {
    client.send({ type: 'publish', id: 'p', channel, events, authorization });
    return client.next({ id: 'p' });
  };

  it('is refused to a token where the namespace takes signatures only', async () => {
    expect(await publishHere('match/one', ['1'])).toMatchObject({
      type: 'publish_error',
      errors: error('UnauthorizedException'),
    });
  });

  it('is answered event by event where it takes tokens', async () => {
    expect(await publishHere('open/one', ['1', 'no JSON'])).toMatchObject({
      type: 'publish_success',
      successful: [expect.objectContaining({ index: 0 })],
      failed: [expect.objectContaining({ index: 1 })],
    });
  });

  it('is refused without a token, with too much, and to a pattern', async () => {
    expect(await publishHere('open/one', ['1'], {})).toMatchObject({ errors: error('UnauthorizedException') });
    expect(await publishHere('open/one', [])).toMatchObject({ errors: error('BadRequestException') });
    expect(await publishHere('open/*', ['1'])).toMatchObject({ errors: error('BadRequestException') });
  });
});

describe('a message', () => {
  it.each([
    ['no JSON', 'BadRequestException'],
    ['7', 'BadRequestException'],
    ['{"no":"type"}', 'BadRequestException'],
    ['{"type":"start"}', 'UnsupportedOperation'],
    ['{"type":"constructor"}', 'UnsupportedOperation'],
  ])('that says nothing known is an error, and the connection stays: %s', async (text, errorType) => {
    client.send(text);
    expect(await client.next({ type: 'error' })).toMatchObject({ errors: error(errorType) });
    client.send({ type: 'connection_init' });
    await client.next({ type: 'connection_ack' });
  });

  it('without its id or channel is refused in its kind', async () => {
    client.send({ type: 'subscribe', channel: 'match/one' });
    expect(await client.next({ type: 'subscribe_error' })).toMatchObject({ errors: error('BadRequestException') });
    client.send({ type: 'unsubscribe' });
    expect(await client.next({ type: 'unsubscribe_error' })).toMatchObject({ errors: error('BadRequestException') });
  });

  it('may be one of very many at once', async () => {
    for (let n = 0; n < 2_000; n += 1) client.send({ type: 'unsubscribe', id: `${n}` });
    expect((await client.next({ id: '1999' }, 10_000)).type).toBe('unsubscribe_error');
  });
});
