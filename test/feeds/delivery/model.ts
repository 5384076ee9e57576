import fc from 'fast-check';
import type { StoredEvent } from '../../../feeds/account/delivery/evidence.ts';
import {
  beganAt,
  emptyDelivery,
  numberEvents,
  positions,
  posts,
  push,
  storedEvent,
  type KnownDelivery,
} from './known-delivery.ts';

/** What can happen between a store and a client. */
export type Step =
  | { readonly does: 'post' }
  | { readonly does: 'move'; readonly player: number }
  | { readonly does: 'relay' }
  | { readonly does: 'republish' }
  | { readonly does: 'cut' }
  | { readonly does: 'mend' };

export const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>({ does: 'post' }) },
    { weight: 4, arbitrary: fc.nat(2).map((player): Step => ({ does: 'move', player })) },
    { weight: 3, arbitrary: fc.constant<Step>({ does: 'relay' }) },
    fc.constant<Step>({ does: 'republish' }),
    fc.constant<Step>({ does: 'cut' }),
    fc.constant<Step>({ does: 'mend' }),
  ),
  { maxLength: 60 },
);

/** What an account of it must say. */
export interface Expected {
  readonly posts: number;
  readonly moved: number;
  readonly moves: number;
  repeats: number;
}

interface Line {
  readonly world: KnownDelivery;
  readonly expected: Expected;
}

/**
 * A relay and a client that do everything right, played through. All is relayed and resumed at the end.
 */
export const play = (story: readonly Step[]): Line => {
  const world = emptyDelivery();
  const waiting: StoredEvent[] = [];
  const pending = new Map<string, StoredEvent>();
  let n = 0;
  let sent = 0;
  let moves = 0;
  let moved = 0;
  let repeats = 0;
  let connected = true;
  let last: string[] = [];

  const store = (channel: string, entity: string): StoredEvent => {
    n += 1;
    const event = storedEvent(channel, n, entity);
    world.stored.push(event);
    return event;
  };
  const publish = (text: string): void => {
    if (connected) push(world, text, beganAt + n + 30);
  };
  const relay = (): void => {
    last = [];
    for (const event of waiting.splice(0)) last.push(numberEvents(world, posts, [event], beganAt + n).text);
    if (pending.size > 0) last.push(numberEvents(world, positions, [...pending.values()], beganAt + n).text);
    moved += pending.size;
    pending.clear();
    last.forEach(publish);
  };
  const resume = (): void => {
    const { log } = world;
    if (!connected) log.connected(beganAt + n);
    connected = true;
    for (const { channel, lastNumber } of world.channels.values()) {
      const after = log.get(channel)?.reached ?? 0;
      if (after >= lastNumber) continue;
      if (channel === positions) {
        const newest = new Map<string, unknown>();
        for (let number = after + 1; number <= lastNumber; number += 1)
          for (const event of eventsOf(world, channel, number)) newest.set(event.entity, event);
        log.snapshot(channel, after, { number: lastNumber, events: [...newest.values()] }, beganAt + n);
      } else {
        for (let number = after + 1; number <= lastNumber; number += 1)
          log.resume(channel, JSON.parse(world.texts.get(`${channel}#${number}`) ?? ''), beganAt + n);
      }
    }
  };

  for (const step of story) {
    if (step.does === 'post') {
      waiting.push(store(posts, 'reds'));
      sent += 1;
    } else if (step.does === 'move') {
      const entity = `player ${step.player}`;
      pending.set(entity, store(positions, entity));
      moves += 1;
    } else if (step.does === 'relay') relay();
    else if (step.does === 'republish') {
      const before = seenOf(world);
      last.forEach(publish);
      repeats += connected ? last.length - (seenOf(world) - before) : 0;
    } else if (step.does === 'cut') {
      connected = false;
      world.log.disconnected(beganAt + n);
    } else resume();
  }
  relay();
  resume();
  return { world, expected: { posts: sent, moves, moved, repeats } };
};

const seenOf = ({ log }: KnownDelivery): number => log.channels().reduce((sum, { numbers }) => sum + numbers.size, 0);

const eventsOf = (world: KnownDelivery, channel: string, number: number): { entity: string }[] =>
  (JSON.parse(world.texts.get(`${channel}#${number}`) ?? '{"events":[]}') as { events: { entity: string }[] }).events;
