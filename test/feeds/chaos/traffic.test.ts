import { describe, expect, it } from 'vitest';
import { createPoison } from '../../../bin/local/chaos/poison.ts';
import { watchTraffic } from '../../../bin/local/chaos/traffic.ts';
import type { FeedRecord } from '../../../feeds/feed-event.ts';

const data = Buffer.from('');
const right = (count: number, partitionKey = 'a'): FeedRecord[] =>
  Array.from({ length: count }, () => ({ source: 'market', partitionKey, data }));
const wrong = (count: number): FeedRecord[] =>
  right(count).map((record) => ({ ...record, wrong: { name: 'a kind', reason: 'too-large' } }));

const world = () => {
  const sent: FeedRecord[] = [];
  const senders = new Map([['market', async (records: readonly FeedRecord[]) => void sent.push(...records)]]);
  const watched = watchTraffic(senders);
  const traffic = watched.traffic.get('market');
  const [feed, sender] = [watched.senders.get('market'), senders.get('market')];
  if (!traffic || !feed || !sender) throw new Error('not there');
  const poison = createPoison({ source: 'market', sender, traffic, random: () => 0.99, mark: 'mark' });
  return { sent, feed, poison };
};

describe('poison beside a feed', () => {
  it('is a quarter of what is right in it, however much is asked for', async () => {
    const { feed, poison } = world();
    await poison.send(100);
    expect(poison.sent()).toBe(0);
    await feed(right(42));
    await poison.send(100);
    await poison.send(100);
    expect(poison.sent()).toBe(10);
  });

  it('is never more than 45 at once, and less where the feed itself is wrong', async () => {
    const { feed, poison } = world();
    await feed(right(10_000));
    await poison.send(100);
    expect(poison.sent()).toBe(45);
    await feed([...wrong(10), ...right(40)]);
    await poison.send(100);
    await poison.sendLarge();
    expect(poison.sent()).toBe(45);
    await feed(right(4));
    await poison.sendLarge();
    expect(poison.sent()).toBe(46);
  });

  it('goes where the records of the feed go', async () => {
    const { sent, feed, poison } = world();
    await feed([...right(600, 'a'), ...right(400, 'b')]);
    await poison.send(1);
    expect(sent.at(-1)).toMatchObject({ partitionKey: 'b', wrong: { reason: 'foreign-frame' } });
  });
});
