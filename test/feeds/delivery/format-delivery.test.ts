import { describe, expect, it } from 'vitest';
import { formatDelivery } from '../../../feeds/account/delivery/format-delivery.ts';
import {
  accountOf,
  beganAt,
  emptyDelivery,
  numberEvents,
  positions,
  posts,
  push,
  storedEvent,
} from './known-delivery.ts';

const linesOf = async (world: ReturnType<typeof emptyDelivery>): Promise<string> =>
  formatDelivery(await accountOf(world)).join('\n');

describe('the account of deliveries, for a person', () => {
  it('has a table for each kind of channels that there is: messages, how they came, and how long it took', async () => {
    const world = emptyDelivery();
    for (const n of [1, 2, 3]) {
      const [post, move] = [storedEvent(posts, n), storedEvent(positions, n + 10, 'ball')];
      world.stored.push(post, move, storedEvent(positions, n, 'ball'));
      push(world, numberEvents(world, posts, [post], beganAt + n).text, beganAt + n + 1_234);
      push(world, numberEvents(world, positions, [move], beganAt + n).text, beganAt + n + 100);
    }
    push(world, world.texts.get(`${posts}#3`) ?? '');
    const text = await linesOf(world);
    expect(text).toMatch(/social\/posts, each, 1 channel\n +messages +3 +3 events\n +by push +3\n +by resume +0\n/);
    expect(text).toMatch(/repeats +1 +the same, and dropped/);
    expect(text).toMatch(/match\/positions, latest, 1 channel\n[^]*superseded +3\n/);
    expect(text).toMatch(/arrival to delivered +1,234 +1,234 +1,234 +1,234/);
    expect(text).not.toContain('market/quotes');
    expect(text).not.toContain('FAULT');
  });

  it('says what is wrong, and where to look', async () => {
    const world = emptyDelivery();
    world.stored.push(storedEvent(posts, 7));
    const text = await linesOf(world);
    expect(text).toMatch(/social\/posts, each, 0 channels\n[^]*FAULT +1 +stored, to be delivered, and in no message/);
    expect(text).toMatch(/stored, to be delivered, and in no message: social\/\d+\/id-00007$/);
  });
});
