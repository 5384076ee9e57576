import { describe, expect, it } from 'vitest';
import {
  beganAt,
  emptyDelivery,
  faultsOf,
  numberEvents,
  positions,
  posts,
  push,
  storedEvent,
  type KnownDelivery,
} from './known-delivery.ts';

/** Three posts and three moves that were marked and never pushed; the subscriber asked for them at the end. */
const silent = (): KnownDelivery => {
  const world = emptyDelivery();
  let events: unknown = [];
  for (const n of [1, 2, 3]) {
    const post = storedEvent(posts, n);
    const move = storedEvent(positions, n + 10, 'ball');
    world.stored.push(post, move);
    world.log.resume(posts, JSON.parse(numberEvents(world, posts, [post], beganAt + n).text), world.now);
    const { text } = numberEvents(world, positions, [move], beganAt + n * 200);
    ({ events } = JSON.parse(text) as { events: unknown });
  }
  world.log.snapshot(positions, 0, { number: 3, events }, world.now);
  return world;
};

describe('what was marked as published and never pushed', () => {
  it('is a fault, though the subscriber had all of it when it asked', async () => {
    expect(await faultsOf(silent())).toEqual({ neverPushed: 6 });
  });

  it('is none where the subscriber was away while it could have been pushed', async () => {
    const world = silent();
    world.log.disconnected(beganAt - 5);
    world.log.connected(beganAt + 20_000);
    expect(await faultsOf(world)).toEqual({});
  });

  it('is none where it was away between numbering and marking, for nobody knows when it was published', async () => {
    const world = emptyDelivery();
    const post = storedEvent(posts, 1);
    world.stored.push(post);
    world.log.resume(posts, JSON.parse(numberEvents(world, posts, [post], beganAt).text), world.now);
    Object.assign(world.rows[0] ?? {}, { publishedAt: beganAt + 30_000 });
    world.log.disconnected(beganAt + 10_000);
    world.log.connected(beganAt + 12_000);
    expect(await faultsOf(world)).toEqual({});
  });

  it('is none where it was pushed as well, later', async () => {
    const world = silent();
    for (const number of [1, 2, 3])
      for (const channel of [posts, positions]) push(world, world.texts.get(`${channel}#${number}`) ?? '');
    expect(await faultsOf(world)).toEqual({});
  });

  it('is none for each time that the server said that it had lost something there', async () => {
    const world = silent();
    for (const _ of [1, 2]) world.log.lost.push({ pattern: 'social/posts/*', at: beganAt + 10 });
    world.log.lost.push({ pattern: 'match/positions/*', at: beganAt + 30_000 });
    expect(await faultsOf(world)).toEqual({ neverPushed: 4 });
  });
});

describe('what was never marked', () => {
  it('is a fault, though it was pushed', async () => {
    const world = emptyDelivery();
    const post = storedEvent(posts, 1);
    world.stored.push(post);
    push(world, numberEvents(world, posts, [post], beganAt).text);
    Object.assign(world.rows[0] ?? {}, { publishedAt: undefined });
    expect(await faultsOf(world)).toEqual({ unpublished: 1 });
  });
});
