import { describe, expect, it } from 'vitest';
import { DeliveryLog } from '../../../feeds/subscriber/delivery-log.ts';
import { createGapFiller } from '../../../feeds/subscriber/gap-filler.ts';
import type { Resumed } from '../../../feeds/subscriber/resume.ts';

const channel = 'match/events/m1';
const message = (number: number) => ({
  channel,
  number,
  delivery: 'each',
  events: [],
  tombstone: 'unpublishable',
});
const messages = (...numbers: number[]): Resumed => ({
  kind: 'messages',
  given: Math.max(0, ...numbers),
  messages: numbers.map(message),
});

/** @param answers - of the endpoint, one after the other; then nothing more */
const filling = (...answers: (Resumed | Error)[]) => {
  const log = new DeliveryLog();
  const asked: number[] = [];
  const complaints: unknown[] = [];
  let now = 0;
  const filler = createGapFiller({
    log,
    now: () => now,
    complain: (error) => complaints.push(error),
    resume: (_, after) => {
      asked.push(after);
      const answer = answers.shift() ?? messages();
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  /** Looks so long, as a subscriber does. */
  const pass = async (ms: number): Promise<void> => {
    for (const until = now + ms; now < until; now += 100) {
      filler.look();
      await new Promise(setImmediate);
    }
  };
  const push = (number: number): void => log.push(JSON.stringify(message(number)), now, () => true);
  return { log, asked, complaints, filler, pass, push };
};

describe('a gap', () => {
  it('is waited for a moment, then asked for, until nothing is missing', async () => {
    const { log, asked, pass, push, filler } = filling(messages(2, 3), messages(4));
    push(1);
    push(5);
    await pass(300);
    expect(asked).toEqual([]);
    await pass(200);
    expect(asked).toEqual([1, 3, 5]);
    expect(log.get(channel)).toMatchObject({ reached: 5 });
    await pass(5_000);
    expect(asked).toHaveLength(3);
    expect(filler.isBusy()).toBe(false);
  });

  it('that fills by itself is not asked for', async () => {
    const { asked, pass, push, filler } = filling();
    push(2);
    await pass(100);
    push(1);
    await pass(1_000);
    expect(asked).toEqual([]);
    expect(filler.isBusy()).toBe(false);
  });

  it('is asked for again, at ever longer distances, where the endpoint does not answer; told of once', async () => {
    const { log, asked, complaints, pass, push } = filling(new Error('a'), new Error('b'), new Error('c'), messages(1));
    push(2);
    await pass(500);
    expect(asked).toHaveLength(2);
    await pass(2_000);
    expect(asked).toEqual([0, 0, 0, 0, 2]);
    expect(log.get(channel)?.reached).toBe(2);
    expect(complaints).toEqual([new Error('a')]);
  });

  it('that is gone is gone behind, and what is there is asked for', async () => {
    const { log, asked, pass, push } = filling({ kind: 'gone', oldest: 4 }, messages(4, 5));
    push(6);
    await pass(500);
    expect(asked).toEqual([0, 3, 6]);
    expect(log.get(channel)).toMatchObject({ reached: 6, gone: [{ from: 1, to: 3 }] });
  });

  it('of a channel of which only the newest counts is filled by its snapshot', async () => {
    const { log, asked, pass, push } = filling({ kind: 'snapshot', given: 7, number: 7, events: [] });
    push(3);
    await pass(500);
    expect(asked).toEqual([0]);
    expect(log.get(channel)).toMatchObject({ reached: 7, highest: 7 });
  });
});

describe('a number that has been given and cannot be read yet', () => {
  it('is asked for at ever longer distances, though nothing of it was pushed', async () => {
    const notYet: Resumed = { kind: 'messages', given: 2, messages: [] };
    const { log, asked, pass, push, filler } = filling(...Array.from({ length: 8 }, () => notYet), messages(2));
    push(1);
    filler.suspect([channel]);
    await pass(10_000);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.length).toBeLessThan(8);
    expect(filler.isBusy()).toBe(true);
    await pass(20_000);
    expect(log.get(channel)?.reached).toBe(2);
    expect(filler.isBusy()).toBe(false);
  });
});

describe('a channel that is suspected', () => {
  it('is asked for though no gap is seen, also while four others are', async () => {
    const { asked, pass, filler } = filling();
    filler.suspect(Array.from({ length: 20 }, (_, n) => `match/events/m${n}`));
    await pass(500);
    expect(asked).toHaveLength(20);
    expect(filler.isBusy()).toBe(false);
  });
});
