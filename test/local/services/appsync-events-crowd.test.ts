import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, publishTo, type EventsClient } from '../support/events-client.ts';
import { startEventsWorld, type EventsWorld } from '../support/events-world.ts';

let world: EventsWorld;
beforeAll(async () => {
  world = await startEventsWorld({ mostUnreadBytes: 2_000_000 });
});
afterAll(() => world.stop());

const big = JSON.stringify('x'.repeat(200_000));

const subscribed = async (): Promise<EventsClient> => {
  const client = await world.client();
  await client.subscribe('s', 'match/*', await world.issuer.mint());
  return client;
};
const publish = (event: string): Promise<Response> =>
  publishTo(world.endpoint, { channel: 'match/a', events: [event] });

describe('a client that does not read', () => {
  it('is disconnected when too much waits for it, and nobody else waits or loses anything', async () => {
    const slow = await subscribed();
    const quick = await subscribed();
    slow.socket.pause();
    const closed = once(slow.socket, 'close');
    const took: number[] = [];
    for (let n = 0; n < 100; n += 1) {
      const before = performance.now();
      expect((await publish(big)).status).toBe(200);
      took.push(performance.now() - before);
    }
    await publish('"end"');
    await quick.next({ event: '"end"' });
    expect(quick.frames.filter(({ type }) => type === 'data')).toHaveLength(101);
    expect(Math.max(...took)).toBeLessThan(1_000);
    slow.socket.resume();
    await closed;
    expect(slow.frames.filter(({ type }) => type === 'data').length).toBeLessThan(100);
    quick.socket.close();
  });

  it('and reads again in time stays', async () => {
    const client = await subscribed();
    client.socket.pause();
    for (let n = 0; n < 5; n += 1) await publish(big);
    client.socket.resume();
    await publish('"end"');
    expect((await client.next({ event: '"end"' })).type).toBe('data');
    client.socket.close();
  });
});

describe('a client that vanishes', () => {
  it('leaves nothing behind, and others go on', async () => {
    const gone = await subscribed();
    const stays = await subscribed();
    const before = world.server.subscriptions();
    gone.socket.terminate();
    await expect.poll(() => world.server.subscriptions()).toBe(before - 1);
    for (let n = 0; n < 20; n += 1) expect((await publish(`${n}`)).status).toBe(200);
    await stays.next({ event: '19' });
    stays.socket.close();
    await expect.poll(() => world.server.subscriptions()).toBe(0);
  });

  it('in the middle of its handshake, or before it says a word, does no harm', async () => {
    for (const words of [
      '',
      '\u0016',
      'GET /event/realtime HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\n',
      'POST /event HTTP/1.1\r\ncontent-length: 9\r\n\r\n{',
    ]) {
      const socket = connectTcp(world.server.port, '127.0.0.1');
      await once(socket, 'connect');
      if (words !== '') socket.write(words);
      await new Promise((resolve) => setTimeout(resolve, 10));
      socket.resetAndDestroy();
    }
    expect((await publish('1')).status).toBe(200);
  });

  it('while its token is being checked does no harm', async () => {
    const client = await connect(`ws://127.0.0.1:${world.server.port}`, world.protocols(await world.issuer.mint()));
    client.send({
      type: 'subscribe',
      id: 'a',
      channel: 'match/a',
      authorization: { Authorization: await world.issuer.mint() },
    });
    client.socket.terminate();
    expect((await publish('1')).status).toBe(200);
  });
});
