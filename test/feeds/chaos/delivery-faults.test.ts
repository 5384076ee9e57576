import { describe, expect, it } from 'vitest';
import { clientCut } from '../../../bin/local/chaos/client-cut.ts';
import { lookAtDelivery } from '../../../bin/local/chaos/delivered-until.ts';
import type { DeliveryProgress } from '../../../bin/local/delivery-progress.ts';
import { DeliveryLog } from '../../../feeds/subscriber/delivery-log.ts';
import type { Subscriber } from '../../../feeds/subscriber/subscriber.ts';

const channel = 'match/events/m1';
const message = (number: number) => ({ channel, number, delivery: 'each', events: [], tombstone: 'unpublishable' });

const subscriberOf = (log: DeliveryLog) => {
  const state = { isCut: false, reconnects: 0, idle: true };
  const subscriber: Subscriber = {
    log,
    reconnects: () => state.reconnects,
    cut: () => void (state.isCut = true),
    mend: () => void (state.isCut = false),
    suspect: () => {},
    isIdle: () => state.idle,
    close: () => Promise.resolve(),
  };
  return { subscriber, state };
};

describe('a client that is cut off', () => {
  it('has proved something when it was connected again and has asked for what it missed', async () => {
    const log = new DeliveryLog();
    log.resume(channel, message(1), 1);
    const { subscriber, state } = subscriberOf(log);
    const fault = clientCut(subscriber);
    await fault.begin();
    expect(state.isCut).toBe(true);
    expect(fault.counts?.().map(({ count }) => count)).toEqual([0, 0]);
    await fault.end();
    state.reconnects += 1;
    log.resume(channel, message(2), 1);
    log.snapshot('match/positions/m1', 0, { number: 4, events: [] }, 1);
    expect(state.isCut).toBe(false);
    expect(fault.counts?.().map(({ count, must }) => [count, must])).toEqual([
      [1, true],
      [2, true],
    ]);
  });
});

describe('how far the delivery has come', () => {
  const looking = (first: DeliveryProgress | Error) => {
    const log = new DeliveryLog();
    const { subscriber, state } = subscriberOf(log);
    const world = { progress: first, now: 1_000 };
    const look = lookAtDelivery(
      () => (world.progress instanceof Error ? Promise.reject(world.progress) : Promise.resolve(world.progress)),
      subscriber,
      () => world.now,
      5,
    );
    return { log, state, world, look };
  };
  const quiet = { unsent: 0, unpublished: 0, waitingSince: undefined, lastNumbers: new Map([[channel, 1]]) };
  const soon = { timeout: 2_000, interval: 5 };
  const moment = () => new Promise((resolve) => setTimeout(resolve, 50));

  it('is up to when the oldest that waits arrived, as soon as the subscriber has what had a number', async () => {
    const { log, world, look } = looking({ ...quiet, waitingSince: 700 });
    await moment();
    expect(look.until()).toBe(0);
    log.push(JSON.stringify(message(1)), 1, () => true);
    await expect.poll(look.until, soon).toBe(700);
    world.progress = quiet;
    await expect.poll(look.until, soon).toBe(1_000);
    await look.stop();
  });

  it('does not get on while the database is away, or the subscriber has something to ask', async () => {
    const { log, state, world, look } = looking(new Error('away'));
    log.push(JSON.stringify(message(1)), 1, () => true);
    await moment();
    expect(look.until()).toBe(0);
    state.idle = false;
    world.progress = quiet;
    await moment();
    expect(look.until()).toBe(0);
    state.idle = true;
    await expect.poll(look.until, soon).toBe(1_000);
    await look.stop();
  });
});
