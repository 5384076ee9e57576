import { describe, expect, it } from 'vitest';
import {
  createChannel,
  mostWaiting,
  step,
  type Answer,
  type ChannelState,
  type Effect,
  type Input,
} from '../../../console/client/channel.ts';
import { event, message } from './support/messages.ts';

/** Takes steps one after the other; each effect in short. */
const walk = (after: number | undefined, ...inputs: readonly Input[]): { state: ChannelState; told: string[] } => {
  let state = createChannel(after);
  const told: string[] = [];
  for (const input of inputs) {
    const taken = step(state, input);
    state = taken.state;
    told.push(...taken.effects.map(inShort));
  }
  return { state, told };
};

const inShort = (effect: Effect): string => {
  switch (effect.kind) {
    case 'message':
      return `message ${effect.message.number}`;
    case 'snapshot':
      return `snapshot ${effect.snapshot.number}`;
    case 'gap':
      return `${effect.gap.reason} ${effect.gap.from}–${effect.gap.to}`;
    case 'ask':
      return `ask after ${effect.after}${effect.inVain > 0 ? ` in vain ${effect.inVain}` : ''}`;
    default:
      return effect satisfies never;
  }
};

const pushed = (...numbers: number[]): Input[] =>
  numbers.map((number) => ({ kind: 'pushed', message: message(number) }));
const answered = (answer: Answer): Input => ({ kind: 'answered', answer });
const page = (numbers: number[], newest: number, more = false, given = newest): Input =>
  answered({ kind: 'each', oldest: 1, newest, given, messages: numbers.map((number) => message(number)), more });
const subscribed: Input = { kind: 'subscribed' };

describe('a message', () => {
  it('is handed over in its turn, and once', () => {
    expect(walk(3, ...pushed(4, 5, 4, 5, 1, 6)).told).toEqual(['message 4', 'message 5', 'message 6']);
  });

  it('after a gap waits for what is missing, which is asked for once', () => {
    const { told, state } = walk(3, ...pushed(6, 7, 5));
    expect(told).toEqual(['ask after 3']);
    expect([...state.waiting.keys()]).toEqual([6, 7, 5]);
  });

  it('after a gap comes behind what was missing', () => {
    const { told } = walk(3, ...pushed(6, 7), page([4, 5, 6], 6));
    expect(told).toEqual(['ask after 3', 'message 4', 'message 5', 'message 6', 'message 7']);
  });

  it('that comes late after all closes the gap by itself', () => {
    const { told } = walk(3, ...pushed(5, 4), page([4, 5], 5));
    expect(told).toEqual(['ask after 3', 'message 4', 'message 5']);
  });

  it('is read again where more wait than are kept', () => {
    const many = Array.from({ length: mostWaiting + 10 }, (_, n) => n + 2);
    const { state, told } = walk(0, ...pushed(...many), page([1], mostWaiting + 11));
    expect(state.waiting.size).toBe(0);
    expect(told.at(-1)).toBe(`ask after ${mostWaiting + 1}`);
  });
});

describe('a subscription', () => {
  it('asks what was sent before it, and goes on as long as there is more', () => {
    const { told } = walk(0, subscribed, page([1, 2], 3, true), page([3], 3));
    expect(told).toEqual(['ask after 0', 'message 1', 'message 2', 'ask after 2', 'message 3']);
  });

  it('asks again where the answer under way may be from before it', () => {
    expect(walk(0, subscribed, subscribed, page([], 0), page([1], 1)).told).toEqual([
      'ask after 0',
      'ask after 0',
      'message 1',
    ]);
  });

  it('without a number learns where the channel stands, and hands over what comes after that', () => {
    const { told } = walk(undefined, subscribed, page([], 41), ...pushed(41, 42));
    expect(told).toEqual([`ask after ${Number.MAX_SAFE_INTEGER}`, 'message 42']);
  });

  it('without a number begins at 1 in a channel that nobody has sent to', () => {
    const { told } = walk(undefined, subscribed, answered({ kind: 'unknown' }), ...pushed(1));
    expect(told.at(-1)).toBe('message 1');
  });
});

describe('an answer', () => {
  it('that does not have yet what was heard of is asked for again, after a moment', () => {
    expect(walk(3, ...pushed(5), page([], 3)).told).toEqual(['ask after 3', 'ask after 3 in vain 1']);
  });

  it('that does not have it for long is asked for less and less often, until something came', () => {
    const { told } = walk(3, ...pushed(6), page([], 3), page([], 3), page([4], 4), page([5, 6], 6));
    expect(told).toEqual([
      'ask after 3',
      'ask after 3 in vain 1',
      'ask after 3 in vain 2',
      'message 4',
      'ask after 4',
      'message 5',
      'message 6',
    ]);
  });

  it('that says more was given is asked for again, for what was pushed before one listened', () => {
    const { told } = walk(3, subscribed, page([4], 4, false, 5), page([5], 5));
    expect(told).toEqual(['ask after 3', 'message 4', 'ask after 4', 'message 5']);
  });

  it('that cannot read yet what was pushed is of no platform that has begun anew', () => {
    expect(walk(3, ...pushed(4), subscribed, page([], 3, false, 4)).told).toEqual(['message 4', 'ask after 4']);
  });

  it('that nobody asked for changes nothing', () => {
    expect(walk(3, page([4], 4)).told).toEqual([]);
  });

  it('that says gone is a gap, of what is not here', () => {
    const gone = answered({ kind: 'gone', oldest: 10 });
    const { told } = walk(3, ...pushed(6, 7, 10), gone, page([], 10));
    expect(told).toEqual([
      'ask after 3',
      'deleted 4–5',
      'message 6',
      'message 7',
      'deleted 8–9',
      'message 10',
      'ask after 10',
    ]);
  });

  it('with a snapshot stands for everything up to its number', () => {
    const snapshot = answered({
      kind: 'latest',
      newest: 6,
      given: 6,
      snapshot: { number: 6, events: [event('a', 5), event('b', 6)] },
      more: false,
    });
    expect(walk(3, ...pushed(6, 7), snapshot).told).toEqual(['ask after 3', 'snapshot 6', 'message 7']);
    expect(walk(6, subscribed, snapshot).told).toEqual(['ask after 6']);
  });

  it.each([
    ['each', page([1, 2], 2)],
    ['latest', answered({ kind: 'latest', newest: 2, given: 2, snapshot: { number: 2, events: [] }, more: false })],
    ['nothing', answered({ kind: 'unknown' })],
  ])('from a platform that has begun anew (%s) has the client begin anew', (_, answer) => {
    const { told, state } = walk(500, subscribed, answer);
    expect(told).toEqual(['ask after 500', 'restarted 1–0', 'ask after 0']);
    expect(state.expected).toBe(1);
  });
});
