import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentilesOf } from '../../../feeds/account/delivery/latencies.ts';
import {
  accountOf,
  beganAt,
  emptyDelivery,
  faultsOf,
  numberEvents,
  positions,
  posts,
  push,
  rowOf,
  storedEvent,
  textOf,
  type KnownDelivery,
} from './known-delivery.ts';
import { play, steps } from './model.ts';

/** Three posts and three moves of two players, delivered. */
const line = (): KnownDelivery => {
  const world = emptyDelivery();
  for (const n of [1, 2, 3]) {
    const post = storedEvent(posts, n);
    const move = storedEvent(positions, n + 10, n === 3 ? 'ball' : 'player');
    world.stored.push(post, move);
    push(world, numberEvents(world, posts, [post], beganAt + n + 25).text, beganAt + n + 50);
    push(world, numberEvents(world, positions, [move], beganAt + n * 200).text, beganAt + n * 200 + 9);
  }
  return world;
};
const familyOf = async (world: KnownDelivery, family: string) => {
  const found = (await accountOf(world)).families.find((one) => one.family === family);
  if (!found) throw new Error(`no ${family}`);
  return found;
};

describe('an account of deliveries', () => {
  it('balances of a relay and a client that do everything right, whatever was cut off and sent again', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (story) => {
        const { world, expected } = play(story);
        expect(await faultsOf(world)).toEqual({});
        const each = await familyOf(world, 'social/posts');
        const latest = await familyOf(world, 'match/positions');
        expect(each).toMatchObject({ messages: expected.posts, events: expected.posts });
        expect(each.byPush + each.byResume).toBe(expected.posts);
        expect(each.latencies.delivered).toHaveLength(expected.posts);
        expect(latest.superseded).toBe(expected.moves - expected.moved);
        expect(latest.messages + latest.skipped).toBe(world.channels.get(positions)?.lastNumber ?? 0);
        expect(each.repeats + latest.repeats).toBe(expected.repeats);
      }),
    );
  });

  it('is empty of a platform that has delivered nothing, and balances', async () => {
    expect(await faultsOf(emptyDelivery())).toEqual({});
  });

  it('measures every event: until it was stored, delivered, and delivered from when it was due', async () => {
    const { latencies: each } = await familyOf(line(), 'social/posts');
    expect(each).toEqual({ stored: [20, 20, 20], delivered: [50, 50, 50], relayed: [30, 30, 30] });
    const { latencies: latest } = await familyOf(line(), 'match/positions');
    // Five messages a second: the second and the third had to wait for their turn.
    expect(latest.relayed).toEqual([209 - 31, 9, 9]);
    expect(percentilesOf(latest.delivered)).toEqual({ count: 3, p50: 397, p95: 596, p99: 596, max: 596 });
  });

  it('counts nothing that was there before the subscriber began', async () => {
    const world = {
      ...line(),
      log: emptyDelivery(
        new Map([
          [posts, 3],
          [positions, 2],
        ]),
      ).log,
    };
    push(world, world.texts.get(`${positions}#3`) ?? '');
    expect(await faultsOf(world)).toEqual({});
    expect(await familyOf(world, 'social/posts')).toMatchObject({ messages: 0, events: 0 });
    expect(await familyOf(world, 'match/positions')).toMatchObject({ messages: 1, superseded: 0 });
  });
});

describe('an account of deliveries does not balance', () => {
  it('with a number that no message has', async () => {
    const world = line();
    world.rows.splice(
      world.rows.findIndex(({ channel, number }) => channel === posts && number === 2),
      1,
    );
    // What was delivered under that number is then nobody's, and its event in no message.
    expect(await faultsOf(world)).toEqual({ missingNumber: 1, phantomMessage: 1, notNumbered: 1 });
  });

  it('with a number that was skipped when numbers were given', async () => {
    const world = line();
    const state = world.channels.get(posts);
    if (state) world.channels.set(posts, { ...state, lastNumber: 5 });
    expect(await faultsOf(world)).toEqual({ missingNumber: 2 });
  });

  it('when a number was delivered with another body than is kept, or with two', async () => {
    const world = line();
    push(world, textOf(posts, 2, [storedEvent(posts, 9)]));
    expect(await faultsOf(world)).toEqual({ bodyDiffers: 1 });
  });

  it('when a number was resumed with another body than was pushed', async () => {
    const world = line();
    world.log.resume(posts, JSON.parse(textOf(posts, 2, [storedEvent(posts, 9)])), world.now);
    expect(await faultsOf(world)).toEqual({ bodyDiffers: 1 });
  });

  it('when the body of a number says that it is another', async () => {
    const world = line();
    const index = world.rows.findIndex(({ channel, number }) => channel === posts && number === 2);
    world.rows[index] = rowOf(posts, 2, textOf(posts, 7, [storedEvent(posts, 2)]), beganAt);
    expect(await faultsOf(world)).toEqual({ bodyDiffers: 2 });
  });

  it('with an event of `each` that no message has, also where it still waits at the end', async () => {
    const world = line();
    const lost = storedEvent(posts, 8);
    const waits = storedEvent(posts, 9);
    world.stored.push(lost, waits);
    world.outbox.push({ channel: posts, key: waits.key });
    expect(await faultsOf(world)).toEqual({ notNumbered: 2 });
  });

  it('when an event is in two messages', async () => {
    const world = line();
    push(world, numberEvents(world, posts, [storedEvent(posts, 2)], beganAt).text);
    expect(await faultsOf(world)).toEqual({ numberedTwice: 1 });
  });

  it('when the subscriber never got a message, not even the last', async () => {
    const world = line();
    const event = storedEvent(posts, 9);
    world.stored.push(event);
    numberEvents(world, posts, [event], beganAt);
    expect(await faultsOf(world)).toEqual({ notDelivered: 1 });
  });

  it('when there was no subscriber at all', async () => {
    const world = { ...line(), log: emptyDelivery().log };
    expect(await faultsOf(world)).toEqual({ notDelivered: 6 });
  });

  it('with a message that nobody numbered, of a channel that is known or not', async () => {
    const world = line();
    push(world, textOf(posts, 9, [storedEvent(posts, 9)]));
    push(world, textOf('social/posts/blues', 1, [storedEvent(posts, 9)]));
    push(world, 'no message');
    expect(await faultsOf(world)).toEqual({ phantomMessage: 3 });
  });

  it('with a row beyond the last number of its channel', async () => {
    const world = line();
    const state = world.channels.get(posts);
    if (state) world.channels.set(posts, { ...state, lastNumber: 2 });
    expect(await faultsOf(world)).toEqual({ phantomMessage: 1 });
  });

  it('with an event in a message that is not stored, or belongs to other channels', async () => {
    const world = line();
    push(world, numberEvents(world, posts, [storedEvent(posts, 9)], beganAt).text);
    const stray = storedEvent(positions, 30, 'ball');
    world.stored.push(stray);
    push(world, numberEvents(world, posts, [stray], beganAt).text);
    // The stray is the newest of its entity, and the snapshot has it not.
    expect(await faultsOf(world)).toEqual({ phantomMessage: 2, staleLatest: 1 });
  });

  it('when the newest event of an entity never went out', async () => {
    const world = line();
    world.stored.push(storedEvent(positions, 20, 'player'));
    expect(await faultsOf(world)).toEqual({ staleLatest: 1 });
  });

  it('when an entity has nothing in the snapshots', async () => {
    const world = line();
    world.stored.push(storedEvent(positions, 20, 'referee'));
    expect(await faultsOf(world)).toEqual({ staleLatest: 1 });
  });

  it('when a snapshot that was asked for had an older event than the messages it stands for', async () => {
    const world = line();
    const newer = storedEvent(positions, 40, 'ball');
    world.stored.push(newer);
    numberEvents(world, positions, [newer], beganAt);
    world.log.disconnected(beganAt);
    world.log.snapshot(positions, 3, { number: 4, events: [] }, world.now);
    expect(await faultsOf(world)).toEqual({ staleLatest: 1 });
  });

  it('but not when the entity had a newer event on its way, which the snapshot leaves to its message', async () => {
    const world = line();
    const [newer, newest] = [storedEvent(positions, 40, 'ball'), storedEvent(positions, 41, 'ball')];
    world.stored.push(newer, newest);
    numberEvents(world, positions, [newer], beganAt);
    const { text } = numberEvents(world, positions, [newest], world.now - 100);
    world.log.snapshot(positions, 3, { number: 4, events: [] }, world.now);
    push(world, text);
    expect(await faultsOf(world)).toEqual({});
  });

  it('also when a newer event of it was numbered after that', async () => {
    const world = line();
    const [newer, newest] = [storedEvent(positions, 40, 'ball'), storedEvent(positions, 41, 'ball')];
    world.stored.push(newer, newest);
    numberEvents(world, positions, [newer], beganAt);
    world.log.snapshot(positions, 3, { number: 4, events: [] }, world.now);
    const { text } = numberEvents(world, positions, [newest], world.now + 100);
    push(world, text);
    expect(await faultsOf(world)).toEqual({ staleLatest: 1 });
  });

  it('when a message was pushed behind a later one', async () => {
    const world = line();
    const [a, b] = [storedEvent(posts, 21), storedEvent(posts, 22)];
    world.stored.push(a, b);
    const first = numberEvents(world, posts, [a], beganAt);
    push(world, numberEvents(world, posts, [b], beganAt).text);
    push(world, first.text);
    expect(await faultsOf(world)).toEqual({ outOfOrder: 1 });
  });
});

describe('what could not be published', () => {
  const withTombstone = (): KnownDelivery => {
    const world = line();
    const event = storedEvent(posts, 9);
    world.stored.push(event);
    const { number } = numberEvents(world, posts, [event], beganAt);
    const text = textOf(posts, number, [], 'unpublishable');
    world.rows[world.rows.length - 1] = rowOf(posts, number, text, beganAt);
    push(world, text);
    world.tombstones.push({ channel: posts, number, keys: [event.key] });
    return world;
  };

  it('is a tombstone under its number, and in the dead letters', async () => {
    const world = withTombstone();
    expect(await faultsOf(world)).toEqual({});
    expect(await familyOf(world, 'social/posts')).toMatchObject({ tombstones: 1, messages: 4 });
  });

  it('is a fault where it is in no dead letter', async () => {
    const world = withTombstone();
    world.tombstones.length = 0;
    expect(await faultsOf(world)).toEqual({ bodyDiffers: 1, notNumbered: 1 });
  });

  it('is a fault where a dead letter stands for a message that was published', async () => {
    const world = line();
    world.tombstones.push({ channel: posts, number: 2, keys: [] }, { channel: posts, number: 77, keys: [] });
    expect(await faultsOf(world)).toEqual({ phantomMessage: 2 });
  });
});

describe('what is too old', () => {
  it('has expired, where its channel had no turn while it could go out', async () => {
    const world = line();
    world.stored.push(storedEvent(positions, 20, 'player'), storedEvent(posts, 21));
    world.now = beganAt + 12 * 3_600_000 + 1_000;
    expect(await faultsOf(world)).toEqual({});
    expect(await familyOf(world, 'match/positions')).toMatchObject({ expired: 1, superseded: 0 });
    expect(await familyOf(world, 'social/posts')).toMatchObject({ expired: 1 });
  });

  it('is stale where its channel had a turn and went on without it', async () => {
    const world = line();
    world.stored.push(storedEvent(positions, 20, 'player'));
    const later = { ...storedEvent(positions, 60_000, 'ball') };
    world.stored.push(later);
    push(world, numberEvents(world, positions, [later], beganAt + 60_010).text);
    world.now = beganAt + 400_000;
    expect(await faultsOf(world)).toEqual({ staleLatest: 1 });
  });

  it('is not checked where messages have been deleted since', async () => {
    const world = line();
    const rows = world.rows.filter(({ channel, number }) => channel !== posts || number > 2);
    world.rows.splice(0, world.rows.length, ...rows);
    const state = world.channels.get(posts);
    if (state) world.channels.set(posts, { ...state, oldestNumber: 3 });
    world.now = beganAt + 25 * 3_600_000;
    expect(await faultsOf(world)).toEqual({});
    expect((await familyOf(world, 'social/posts')).agedOut).toBe(2);
  });
});
