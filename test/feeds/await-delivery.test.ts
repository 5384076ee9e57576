import { describe, expect, it } from 'vitest';
import { awaitDelivery } from '../../bin/local/await-delivery.ts';
import type { DeliveryProgress } from '../../bin/local/delivery-progress.ts';
import { DeliveryLog } from '../../feeds/subscriber/delivery-log.ts';

const text = (number: number): string =>
  JSON.stringify({ channel: 'social/posts/reds', number, delivery: 'each', events: [], tombstone: 'unpublishable' });

/** A platform that is asked every quarter of a second; what happens in between is the test's. */
const waiting = (
  progressAt: (ms: number, log: DeliveryLog) => Pick<DeliveryProgress, 'unsent' | 'unpublished'> & { last: number },
) => {
  const log = new DeliveryLog();
  let now = 0;
  const said: string[] = [];
  const suspected: number[] = [];
  const done = awaitDelivery({
    now: () => now,
    sleep: (ms) => {
      now += ms;
      return Promise.resolve();
    },
    progress: () => {
      const { last, ...progress } = progressAt(now, log);
      return Promise.resolve({
        ...progress,
        waitingSince: undefined,
        lastNumbers: new Map(last > 0 ? [['social/posts/reds', last]] : []),
      });
    },
    subscriber: {
      log,
      isIdle: () => true,
      suspect: (channels) => {
        suspected.push([...channels].length);
        log.resume('social/posts/reds', JSON.parse(text(1)), now);
      },
    },
    say: (line) => said.push(line),
  });
  return { done, said, suspected, now: () => now };
};

describe('waiting for what is on its way to the clients', () => {
  it('ends at once where nothing is, and says nothing', async () => {
    const { done, said, now } = waiting(() => ({ unsent: 0, unpublished: 0, last: 0 }));
    await done;
    expect([now(), said]).toEqual([0, []]);
  });

  it('waits for a number, for its message to be published, and for the subscriber to have it', async () => {
    const { done, said, suspected, now } = waiting((ms, log) => {
      if (ms === 4_000) log.push(text(1), ms, () => true);
      return { unsent: ms < 2_000 ? 3 : 0, unpublished: ms < 3_500 ? 1 : 0, last: ms < 2_000 ? 0 : 1 };
    });
    await done;
    expect(now()).toBe(4_000);
    expect(suspected).toEqual([]);
    expect(said).toEqual(['Waiting for 3 events and 1 messages on their way to the clients.']);
  });

  it('lets the subscriber ask for what was published and never pushed', async () => {
    const { done, suspected, now } = waiting(() => ({ unsent: 0, unpublished: 0, last: 1 }));
    await done;
    expect(suspected).toEqual([1]);
    expect(now()).toBeLessThan(2_000);
  });

  it('gives up when nothing gets on for longer than the sweep takes to come, and says what is left', async () => {
    const { done, said, now } = waiting((ms) => ({ unsent: ms < 60_000 ? 9 : 7, unpublished: 2, last: 1 }));
    await done;
    expect(now()).toBe(150_000);
    expect(said.at(-1)).toContain('with 7 events unsent, 2 messages unpublished and 1 channels not received');
  });
});
