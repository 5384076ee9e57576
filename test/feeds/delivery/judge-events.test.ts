import { describe, expect, it } from 'vitest';
import {
  accountOf,
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

const hourMs = 3_600_000;

/** Sends an event of each moment, a fifth of a second or more from one to the next. @param times - milliseconds since the beginning */
const flow = (world: KnownDelivery, channel: string, name: string, times: readonly number[]): void => {
  for (const n of times) {
    const event = storedEvent(channel, n, name);
    world.stored.push(event);
    push(world, numberEvents(world, channel, [event], event.storedAt).text, event.storedAt + 5);
  }
};
const every = (ms: number, until: number): number[] =>
  Array.from({ length: Math.floor(until / ms) }, (_, n) => (n + 1) * ms);
const expiredOf = async (world: KnownDelivery): Promise<number> =>
  (await accountOf(world)).families.reduce((sum, { expired }) => sum + expired, 0);

describe('what never went out, and is too old by now', () => {
  it('is stale where its channel went on without it, also where nothing was ever sent of its entity', async () => {
    const world = emptyDelivery();
    world.stored.push(storedEvent(positions, 1, 'player'));
    flow(world, positions, 'ball', every(1_000, 380_000));
    world.now = beganAt + 400_000;
    expect(await faultsOf(world)).toEqual({ staleLatest: 1 });
  });

  it('has expired where another channel went on, and its own did not', async () => {
    const world = emptyDelivery();
    world.stored.push({ ...storedEvent(positions, 1, 'player'), entity: 'm2/player' });
    flow(world, positions, 'ball', every(1_000, 380_000));
    world.now = beganAt + 400_000;
    expect(await faultsOf(world)).toEqual({});
    expect(await expiredOf(world)).toBe(1);
  });

  it('is lost where it is one of `each`, and its channel went on without it', async () => {
    const world = emptyDelivery();
    world.stored.push(storedEvent(posts, 1));
    flow(world, posts, 'reds', [9_000, 60_000]);
    world.now = beganAt + 11 * hourMs;
    expect(await faultsOf(world)).toEqual({ notNumbered: 1 });
    world.now = beganAt + 13 * hourMs;
    expect(await faultsOf(world)).toEqual({ notNumbered: 1 });
    expect(await expiredOf(world)).toBe(0);
  });

  it('has expired where its channel had no turn until it was too old', async () => {
    const world = emptyDelivery();
    const late = storedEvent(posts, 1);
    world.stored.push(late);
    // Ten seconds behind it there was none; twelve hours later it was too old.
    flow(world, posts, 'reds', [9_000]);
    const after = { ...storedEvent(posts, 20_000), arrivedAt: beganAt + 13 * hourMs, storedAt: beganAt + 13 * hourMs };
    world.stored.push(after);
    push(world, numberEvents(world, posts, [after], after.storedAt).text, after.storedAt);
    world.now = beganAt + 14 * hourMs;
    expect(await faultsOf(world)).toEqual({});
    expect(await expiredOf(world)).toBe(1);
  });
});

describe('what a message says', () => {
  it('is a fault where the snapshot has an event that is in no message', async () => {
    const world = emptyDelivery();
    flow(world, positions, 'ball', [1]);
    const dropped = storedEvent(positions, 2, 'player');
    world.stored.push(dropped);
    const { entity, sourceEventId } = dropped;
    world.snapshots.push({ channel: positions, entity, number: 1, sourceEventId });
    expect(await faultsOf(world)).toEqual({ staleLatest: 1 });
    // But where that message has been deleted, nobody can say.
    world.rows.length = 0;
    world.channels.set(positions, {
      channel: positions,
      delivery: 'latest',
      perSecond: 5,
      lastNumber: 1,
      oldestNumber: 2,
    });
    expect(await faultsOf(world)).toEqual({});
  });

  it('is a fault in the channel of something else', async () => {
    const world = emptyDelivery();
    flow(world, posts, 'blues', [1]);
    expect(await faultsOf(world)).toEqual({ phantomMessage: 1 });
  });

  it('is a fault where it is of another entity than what is stored', async () => {
    const world = emptyDelivery();
    const ball = storedEvent(positions, 1, 'ball');
    world.stored.push(ball);
    push(world, numberEvents(world, positions, [{ ...ball, entity: 'm1/player' }], beganAt).text);
    world.snapshots.splice(0, 1, {
      channel: positions,
      entity: 'm1/ball',
      number: 1,
      sourceEventId: ball.sourceEventId,
    });
    expect(await faultsOf(world)).toEqual({ bodyDiffers: 1 });
  });

  it('is a fault where it has the body of another event, or a field more', async () => {
    const world = emptyDelivery();
    const [a, b, c] = [storedEvent(posts, 1), storedEvent(posts, 2), storedEvent(posts, 3)];
    flow(world, posts, 'reds', [1, 2, 3]);
    world.stored.splice(0, 3, { ...a, body: b.body }, b, { ...c, body: c.body.replace('}', ', "more": {}}') });
    expect(await faultsOf(world)).toEqual({ bodyDiffers: 2 });
  });
});
