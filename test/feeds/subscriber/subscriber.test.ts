import { afterEach, describe, expect, it } from 'vitest';
import { DeliveryLog } from '../../../feeds/subscriber/delivery-log.ts';
import type { Resumed } from '../../../feeds/subscriber/resume.ts';
import { startSubscriber, type Subscriber } from '../../../feeds/subscriber/subscriber.ts';
import { startSmallServer, type Oddities, type SmallServer } from './small-server.ts';

const channel = 'match/events/m1';
const message = (number: number) => ({ channel, number, delivery: 'each', events: [], tombstone: 'unpublishable' });
const text = (number: number): string => JSON.stringify(message(number));

const started: { readonly subscriber?: Subscriber; readonly server: SmallServer }[] = [];
afterEach(async () => {
  for (const { subscriber, server } of started.splice(0)) {
    await subscriber?.close();
    await server.stop();
  }
});

/** @param has - numbers that the resume endpoint has */
const subscribe = async (has: readonly number[] = [], oddities: Oddities = {}) => {
  const server = await startSmallServer(oddities);
  const at = started.push({ server }) - 1;
  const asked: number[] = [];
  const said: string[] = [];
  let tokens = 0;
  const subscriber = await startSubscriber({
    realtimeUrl: server.url,
    host: 'api.example',
    ca: undefined,
    token: () => Promise.resolve(`token ${(tokens += 1)}`),
    patterns: ['match/events/*', 'social/posts/reds'],
    log: new DeliveryLog(),
    resume: (_, after): Promise<Resumed> => {
      asked.push(after);
      const missed = has.filter((number) => number > after).map(message);
      return Promise.resolve({ kind: 'messages', given: Math.max(0, ...has), messages: missed });
    },
    say: (line) => said.push(line),
  });
  started[at] = { subscriber, server };
  const reached = () => subscriber.log.get(channel)?.reached;
  return { server, subscriber, asked, said, reached };
};

describe('a subscriber', () => {
  it('connects with its token, subscribes to every pattern, and keeps what is pushed', async () => {
    const { server, subscriber, reached } = await subscribe();
    const [[protocol, header = ''] = []] = server.offered;
    expect(protocol).toBe('aws-appsync-event-ws');
    expect(JSON.parse(Buffer.from(header.replace('header-', ''), 'base64url').toString('utf8'))).toEqual({
      host: 'api.example',
      Authorization: 'token 1',
    });
    const patterns = server.heard.filter(({ type }) => type === 'subscribe').map(({ channel: of }) => of);
    expect(patterns).toEqual(['/match/events/*', '/social/posts/reds']);
    server.push('0', text(1));
    await expect.poll(reached).toBe(1);
    server.push('1', text(2));
    await expect.poll(() => subscriber.log.strange.count).toBe(1);
    expect(subscriber.isIdle()).toBe(true);
  });

  it('connects again by itself, with a new token, and asks for what it may have missed', async () => {
    const { server, subscriber, asked, said, reached } = await subscribe([1, 2, 3]);
    server.push('0', text(1));
    await expect.poll(reached).toBe(1);
    server.cutAll();
    await expect.poll(reached, { timeout: 5_000 }).toBe(3);
    expect(asked[0]).toBe(1);
    expect(subscriber.reconnects()).toBe(1);
    expect(subscriber.log.get(channel)?.numbers.get(3)?.by).toBe('resume');
    expect(said.at(-1)).toBe('the subscriber is connected again');
    const again = server.offered[1]?.[1]?.replace('header-', '') ?? '';
    expect(Buffer.from(again, 'base64url').toString('utf8')).toContain('token 2');
    server.push('0', text(4));
    await expect.poll(reached).toBe(4);
  });

  it('stays connected when the server has lost something, notes it, and asks for what that can have been', async () => {
    const { server, subscriber, asked, reached } = await subscribe([1, 2]);
    server.push('0', text(1));
    await expect.poll(reached).toBe(1);
    server.say(JSON.stringify({ type: 'broadcast_error', id: '0', errors: [] }));
    await expect.poll(reached).toBe(2);
    expect(asked[0]).toBe(1);
    expect(subscriber.reconnects()).toBe(0);
    expect(subscriber.log.lost).toEqual([{ pattern: 'match/events/*', at: expect.any(Number) as number }]);
  });

  it('notes from when to when it was subscribed, to the last that it heard', async () => {
    const { server, subscriber, reached } = await subscribe([]);
    server.push('0', text(1));
    await expect.poll(reached).toBe(1);
    const heardBy = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.cutAll();
    await expect.poll(() => subscriber.reconnects(), { timeout: 5_000 }).toBe(1);
    const [first, second] = subscriber.log.subscribed;
    expect(first?.to).toBeGreaterThanOrEqual(first?.from ?? Infinity);
    expect(first?.to).toBeLessThanOrEqual(heardBy);
    expect(second?.from).toBeGreaterThan(heardBy);
    expect(second?.to).toBeUndefined();
  });

  it('is neither pushed nor asks while it is cut off, and goes on when that is mended', async () => {
    const { server, subscriber, asked, reached } = await subscribe([1, 2]);
    server.push('0', text(1));
    await expect.poll(reached).toBe(1);
    subscriber.cut();
    await new Promise((resolve) => setTimeout(resolve, 600));
    server.push('0', text(2));
    expect([asked, server.offered.length, subscriber.isIdle()]).toEqual([[], 1, false]);
    subscriber.mend();
    await expect.poll(reached, { timeout: 5_000 }).toBe(2);
  });

  it('ends a connection that says nothing for longer than the server said', async () => {
    const { said } = await subscribe([], { timeoutMs: 150 });
    await expect.poll(() => said[0], { timeout: 5_000 }).toBe('the subscriber was cut off: nothing heard for 150 ms');
  });

  it('ends a connection of which it does not understand what it says', async () => {
    const { server, said } = await subscribe();
    server.say('what?');
    await expect.poll(() => said[0], { timeout: 5_000 }).toContain('was cut off: Unexpected token');
  });

  it('does not begin where a subscription is refused, or nobody listens', async () => {
    await expect(subscribe([], { refuses: '/social/posts/reds' })).rejects.toThrow('Unauthorized');
    const { server } = await subscribe();
    await server.stop();
    const nowhere = startSubscriber({
      realtimeUrl: server.url,
      host: 'api.example',
      ca: undefined,
      token: () => Promise.resolve('token'),
      patterns: ['match/events/*'],
      log: new DeliveryLog(),
      resume: () => Promise.reject(new Error('never')),
      say: () => {},
    });
    await expect(nowhere).rejects.toThrow('ECONNREFUSED');
  });
});
