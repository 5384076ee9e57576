import { describe, expect, it } from 'vitest';
import { DeliveryLog } from '../../../feeds/subscriber/delivery-log.ts';

const channel = 'match/events/m1';
const text = (number: number, of = channel): string =>
  JSON.stringify({ channel: of, number, delivery: 'each', events: [], tombstone: 'unpublishable' });
const everywhere = (): boolean => true;
const logOf = (...numbers: number[]): DeliveryLog => {
  const log = new DeliveryLog();
  for (const number of numbers) log.push(text(number), number, everywhere);
  return log;
};

describe('what a subscriber keeps of a channel', () => {
  it('is up to where nothing is missing, and the highest that was seen', () => {
    expect(logOf(1, 2, 5).get(channel)).toMatchObject({ reached: 2, highest: 5 });
    const outOfOrder = [4, 3].map((number) => ({ number, behind: 5 }));
    expect(logOf(1, 2, 5, 4, 3).get(channel)).toMatchObject({ reached: 5, highest: 5, outOfOrder });
  });

  it('counts a number that comes again as a repeat, and notes one that is another', () => {
    const log = logOf(1, 1);
    log.push(text(1).replace('unpublishable', 'another'), 3, everywhere);
    expect(log.get(channel)?.numbers.get(1)).toMatchObject({ receivedAt: 1, repeats: 2, differs: true });
    expect(log.pushed).toEqual({ messages: 1, events: 0 });
  });

  it('keeps no more of a long message than of a short one', () => {
    const log = logOf(1);
    const long = { channel, number: 2, delivery: 'each', events: [], tombstone: 'x'.repeat(100_000) };
    log.push(JSON.stringify(long), 1, everywhere);
    const sizes = [...(log.get(channel)?.numbers.values() ?? [])].map((kept) => JSON.stringify(kept).length);
    expect(sizes[0]).toBe(sizes[1]);
  });

  it('tells how a message came first, and that it came the other way as well', () => {
    const log = new DeliveryLog();
    log.resume(channel, JSON.parse(text(1)), 7);
    log.push(text(1), 9, everywhere);
    const kept = log.get(channel)?.numbers.get(1);
    expect(kept).toMatchObject({ by: 'resume', receivedAt: 7, repeats: 1, differs: false });
    expect(kept?.pushed).toBe(kept?.resumed);
  });

  it('goes on behind a baseline, a snapshot and what is gone', () => {
    const log = new DeliveryLog(new Map([[channel, 3]]));
    log.push(text(5), 1, everywhere);
    expect(log.get(channel)).toMatchObject({ reached: 3, highest: 5 });
    log.snapshot(channel, 3, { number: 4, events: [] }, 2);
    expect(log.get(channel)?.reached).toBe(5);
    log.gone(channel, 9);
    expect(log.get(channel)).toMatchObject({ reached: 8, gone: [{ from: 6, to: 8 }] });
  });

  it('takes no snapshot that brings nothing', () => {
    const log = logOf(1, 2);
    log.snapshot(channel, 2, { number: 2, events: [] }, 2);
    expect(log.get(channel)?.snapshots).toEqual([]);
  });
});

describe('what a subscriber did not ask for', () => {
  it.each([
    ['no JSON', '{'],
    ['no message', '{"channel":"match/events/m1"}'],
    ['of another subscription', text(1, 'market/quotes/eur-usd')],
  ])('is strange: %s', (_, pushed) => {
    const log = new DeliveryLog();
    log.push(pushed, 1, (of) => of === channel);
    expect(log.strange).toEqual({ count: 1, examples: [`pushed: ${pushed}`] });
    expect(log.channels()).toEqual([]);
  });

  it('is strange where the endpoint answers another channel, or events that are none', () => {
    const log = new DeliveryLog();
    log.resume(channel, JSON.parse(text(1, 'match/events/m2')), 1);
    log.snapshot(channel, 0, { number: 4, events: [{}] }, 1);
    expect(log.strange.count).toBe(2);
  });
});
