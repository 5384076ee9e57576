import { describe, expect, it } from 'vitest';
import { createChannelSet, mostHeld, type SubscriptionOptions } from '../../../console/client/subscription.ts';
import type { Answer } from '../../../console/client/channel.ts';
import { message } from './support/messages.ts';

const textOf = (channel: string, number: number, padding = ''): string =>
  JSON.stringify({ ...message(number), channel, padding });

/** A wildcard subscription, and what it tells. */
const open = (after?: SubscriptionOptions['after'], answer: Promise<Answer> = new Promise(() => {})) => {
  const told: unknown[] = [];
  const asked: string[] = [];
  const set = createChannelSet(
    'match/events/*',
    {
      ...(after === undefined ? {} : { after }),
      onMessage: ({ channel, number }) => told.push(`${channel} ${number}`),
      onGap: (gap) => told.push(gap),
    },
    (question) => {
      asked.push(question.channel);
      // The first question about each is answered, and no other.
      return question.after === 0 ? answer : new Promise(() => {});
    },
  );
  return { set, told, asked };
};

const [one, two] = ['match/events/m-1', 'match/events/m-2'];

describe('with a wildcard, a channel of which nothing was known', () => {
  it('begins with what comes', () => {
    const { set, told } = open();
    set.subscribed();
    set.pushed(textOf(one, 6));
    expect(told).toEqual([`${one} 6`]);
  });

  it('may have begun while the client was away, and says so', () => {
    const { set, told } = open();
    set.subscribed();
    set.pushed(textOf(one, 6));
    set.subscribed();
    set.pushed(textOf(two, 6));
    expect(told).toEqual([`${one} 6`, { channel: two, from: 1, to: 5, reason: 'unknown' }, `${two} 6`]);
  });

  it('may have begun between two clients, and says so', () => {
    const { set, told } = open(new Map([[one, 3]]));
    set.subscribed();
    set.pushed(textOf(two, 2));
    expect(told).toEqual([{ channel: two, from: 1, to: 1, reason: 'unknown' }, `${two} 2`]);
  });

  it('is read from its beginning where that was asked for', () => {
    const { set, told, asked } = open(0);
    set.subscribed();
    set.subscribed();
    set.pushed(textOf(two, 6));
    expect([told, asked]).toEqual([[], [two]]);
  });
});

describe('what waits behind a gap', () => {
  const fifth = 'x'.repeat(mostHeld / 5);

  it('is bounded over all channels by its length; what does not fit is read again', async () => {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const { set, told, asked } = open(0, promise);
    for (const channel of [one, two]) for (const number of [2, 3, 4]) set.pushed(textOf(channel, number, fifth));
    expect(asked).toEqual([one, two]);
    resolve({ kind: 'each', oldest: 1, newest: 1, given: 4, messages: [message(1)], more: false });
    await new Promise((done) => setTimeout(done));
    // Of six, four fit beside what is around them.
    expect(told.length).toBe(1 + 3 + 1 + 1);
    expect(asked.slice(2)).toEqual([two]);
  });
});
