import { describe, expect, it } from 'vitest';
import { beganAt, emptyDelivery, faultsOf, numberEvents, positions, push, storedEvent } from './known-delivery.ts';

describe('the rate of a channel', () => {
  it('is kept where messages that were cut take their turns, and is not where one comes too early', async () => {
    const world = emptyDelivery();
    const send = (n: number, at: number): void => {
      const move = storedEvent(positions, n, `player ${n}`);
      world.stored.push(move);
      push(world, numberEvents(world, positions, [move], beganAt + at).text);
    };
    [0, 0, 399, 598, 798].forEach((at, n) => send(n, at));
    expect(await faultsOf(world)).toEqual({});
    send(5, 990);
    send(6, 1_100);
    expect(await faultsOf(world)).toEqual({ tooFast: 2 });
  });
});
