import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientOptions } from '../../../console/client/create-client.ts';
import { message } from './support/messages.ts';
import { answers, FakeSocket, newest, nothing, start } from './support/fake-socket.ts';

beforeEach(() => {
  FakeSocket.made = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const good = 'match/events/m-1';
const bad = 'secret/events/m-1';
const minute = 60_000;

/** Two subscriptions of one connection, of which one is refused as often as it comes. */
const begin = async (refusedAs: string, over: Partial<ClientOptions> = {}) => {
  let minted = 0;
  const errors: string[] = [];
  const asked: string[] = [];
  const { client, states } = await start({
    token: async () => `e30.e30.${(minted += 1)}`,
    fetch: async (url) => {
      asked.push(url);
      return nothing();
    },
    ...over,
  });
  for (const pattern of [good, bad])
    client.subscribe(pattern, { after: 0, onMessage: () => {}, onError: ({ message: said }) => errors.push(said) });
  let answered = 0;
  /** The service answers what was sent. */
  const answer = async (): Promise<void> => {
    const { sent } = newest();
    for (; answered < sent.length; answered += 1) {
      const { type, id, channel } = sent[answered] ?? {};
      if (type !== 'subscribe') continue;
      if (channel === `/${good}`) newest().says({ type: 'subscribe_success', id });
      else newest().says({ type: 'subscribe_error', id, errors: [{ errorType: refusedAs, message: 'no' }] });
    }
    await vi.advanceTimersByTimeAsync(0);
  };
  const pass = async (ms: number): Promise<void> => {
    for (let at = 0; at < ms; at += 250) {
      await vi.advanceTimersByTimeAsync(250);
      await answer();
    }
  };
  await newest().opens();
  await answer();
  const tries = (pattern: string) =>
    newest().sent.filter(({ type, channel }) => type === 'subscribe' && channel === `/${pattern}`);
  return { client, states, errors, asked, pass, tries };
};

describe('a subscription that is refused', () => {
  it('leaves the connection and the others as they are', async () => {
    const { client, states, pass, tries, asked } = await begin('UnauthorizedException');
    await pass(4 * minute);
    expect(states).toEqual(['connecting', 'open']);
    expect(FakeSocket.made).toHaveLength(1);
    expect([tries(good).length, asked.length]).toEqual([1, 1]);
    client.close();
  });

  it('for its token comes again with a new one, and not a third time over this connection', async () => {
    const { client, pass, tries, errors } = await begin('UnauthorizedException');
    await pass(minute);
    const tokens = tries(bad).map(({ authorization }) => authorization?.Authorization);
    expect([tokens.length, new Set(tokens).size]).toEqual([2, 2]);
    expect(errors).toHaveLength(2);
    expect(errors[1]).toContain('is given up');
    client.close();
  });

  it('for its token is tried again with the next connection', async () => {
    const { client, pass, tries } = await begin('UnauthorizedException');
    await pass(minute);
    newest().emit('close', { code: 1001, reason: '' });
    await vi.advanceTimersByTimeAsync(500);
    await newest().opens();
    expect([tries(good).length, tries(bad).length]).toEqual([1, 1]);
    client.close();
  });

  it('with a token that stays the same comes again, ever less often', async () => {
    const { client, pass, tries } = await begin('UnauthorizedException', { token: async () => 'e30.e30.same' });
    await pass(4 * minute);
    expect(tries(bad).length).toBeGreaterThan(5);
    expect(tries(bad).length).toBeLessThan(25);
    client.close();
  });

  it('because something is busy or broken comes again, ever less often', async () => {
    const { client, pass, tries } = await begin('TooManyRequestsException');
    await pass(4 * minute);
    expect(tries(bad).length).toBeGreaterThan(5);
    expect(tries(bad).length).toBeLessThan(25);
    client.close();
  });

  it.each(['BadRequestException', 'UnsupportedOperation', 'MaxSubscriptionsReachedError', 'DuplicatedOperationError'])(
    'with %s does not come again',
    async (refusedAs) => {
      const { client, pass, tries, states } = await begin(refusedAs);
      await pass(minute);
      expect(tries(bad)).toHaveLength(1);
      expect(states).toEqual(['connecting', 'open']);
      client.close();
    },
  );

  it('and closed meanwhile does not come again, and keeps nothing going', async () => {
    const { client } = await begin('TooManyRequestsException');
    client.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a message that did not come', () => {
  /** The platform has sent so many; none of them is pushed. */
  const quiet = async () => {
    let given = 0;
    const asked: number[] = [];
    const told: number[] = [];
    const { client } = await start({
      fetch: async (url) => {
        asked.push(Date.now());
        const after = Number(new URL(url).searchParams.get('after'));
        const messages = Array.from({ length: given }, (_, n) => message(n + 1)).slice(after);
        return answers(200, { delivery: 'each', oldest: 1, newest: given, given, messages, more: false })();
      },
    });
    client.subscribe(good, { after: 0, onMessage: ({ number }) => told.push(number) });
    await newest().opens();
    const id = newest().sent.at(-1)?.id;
    const says = async (body: object): Promise<void> => {
      newest().says({ id, ...body });
      await vi.advanceTimersByTimeAsync(0);
    };
    await says({ type: 'subscribe_success' });
    const keepAlives = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        await vi.advanceTimersByTimeAsync(minute);
        await says({ type: 'ka' });
      }
    };
    return { client, told, asked, says, keepAlives, send: (count: number) => (given += count) };
  };

  it('is asked for when the service says that it lost one', async () => {
    const { client, told, says, send } = await quiet();
    send(1);
    await says({ type: 'broadcast_error', errors: [{ errorType: 'InternalFailure' }] });
    expect(told).toEqual([1]);
    client.close();
  });

  it('without a word, and nothing after it, is found after five keep-alives', async () => {
    const { client, told, keepAlives, send } = await quiet();
    send(1);
    await keepAlives(5);
    expect(told).toEqual([1]);
    client.close();
  });

  it('is looked for the less often, the longer a channel is quiet; where messages come, not at all', async () => {
    const { client, asked, keepAlives, send, says, told } = await quiet();
    const before = asked.length;
    await keepAlives(40);
    expect(asked.length - before).toBe(4); // after 5, 10, 20 and 40 minutes
    for (let n = 1; n <= 10; n += 1) {
      send(1);
      await says({ type: 'data', event: JSON.stringify(message(n)) });
      await keepAlives(1);
    }
    expect(asked.length - before).toBe(4);
    expect(told).toHaveLength(10);
    client.close();
  });
});
