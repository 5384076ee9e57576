import { describe, expect, it } from 'vitest';
import { RefusedCallError, RefusedEventError, type EventAnswer } from '../../lambdas/delivery/publish-answer.ts';
import { publishPage, type PagePast, type PublishPagePorts } from '../../lambdas/delivery/publish-page.ts';
import type { UnpublishedMessage } from '../../lambdas/delivery/relay-store.ts';
import { UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';

const message = (number: number, body = `m${number}`): UnpublishedMessage => ({
  number,
  body,
  attempts: 0,
  refused: null,
  unpublishable: null,
});
const page = (count: number): UnpublishedMessage[] => Array.from({ length: count }, (_, n) => message(n + 1));

/** Publishes a page; `answer` says what becomes of a body, or throws for its call. */
const run = async (
  messages: readonly UnpublishedMessage[],
  answer: (bodies: readonly string[]) => readonly EventAnswer[],
  ports: Partial<PublishPagePorts> = {},
  past: PagePast = { isFresh: true, control: null },
) => {
  const calls: (readonly string[])[] = [];
  const publish = async (bodies: readonly string[]): Promise<readonly EventAnswer[]> => {
    calls.push(bodies);
    return answer(bodies);
  };
  const result = await publishPage({ publish, park: async () => {}, mayGoOn: () => true, ...ports }, messages, past);
  return { calls, result };
};
const taken = (bodies: readonly string[]): readonly EventAnswer[] => bodies.map(() => 'accepted');
const away = new UnavailableError('events', 'away');

describe('a page of a channel', () => {
  it('goes out in calls of five, one after the other', async () => {
    const { calls, result } = await run(page(12), taken);
    expect(calls.map((call) => call.length)).toEqual([5, 5, 2]);
    expect(calls.flat()).toEqual(page(12).map(({ body }) => body));
    expect(result).toEqual({ published: page(12).map(({ number }) => number) });
  });

  it('puts no more than 1.2 MB into a call, as its bodies stand in it', async () => {
    const large = Array.from({ length: 5 }, (_, n) => message(n + 1, '"'.repeat(200_000)));
    const { calls } = await run(large, taken);
    expect(calls.map((call) => call.length)).toEqual([2, 2, 1]);
  });

  it('tries again what a call left over, and nothing after it before', async () => {
    const failing = new Set(['m2']);
    const { calls, result } = await run(page(6), (bodies) =>
      bodies.map((body) => (failing.delete(body) ? away : 'accepted')),
    );
    expect(calls).toEqual([['m1', 'm2', 'm3', 'm4', 'm5'], ['m2'], ['m6']]);
    expect(result.published).toEqual([1, 3, 4, 5, 2, 6]);
  });

  it('stops at what is not taken in three rounds, and says what was published', async () => {
    const { calls, result } = await run(page(7), (bodies) => bodies.map((body) => (body === 'm2' ? away : 'accepted')));
    expect(calls).toHaveLength(3);
    expect(result).toEqual({ published: [1, 3, 4, 5], error: away });
  });

  it('stops at a refused event: what comes after it waits for its tombstone', async () => {
    const refused = new RefusedEventError('bad');
    const { result } = await run(page(7), (bodies) => bodies.map((body) => (body === 'm4' ? refused : 'accepted')));
    expect(result).toEqual({ published: [1, 2, 3, 5], refused: { number: 4, refusal: 'bad' } });
  });

  it('finds the event that a call was refused for, and doubts it: another visit is to say the same', async () => {
    const refused = new RefusedCallError('bad');
    const { calls, result } = await run(page(3), (bodies) => {
      if (bodies.includes('m2')) throw refused;
      return taken(bodies);
    });
    expect(calls).toEqual([['m1', 'm2', 'm3'], ['m1'], ['m2']]);
    expect(result).toEqual({ published: [1], doubted: { number: 2, refusal: 'bad' }, error: refused });
  });

  describe('whose call was refused before', () => {
    const doubtful = { ...message(2), refused: 'bad', attempts: 1 };
    const past = { isFresh: false, control: 'm1' };
    const refusing = (error: Error) => (bodies: readonly string[]) => {
      if (bodies.includes('m2')) throw error;
      return taken(bodies);
    };

    it('becomes a tombstone when it is refused alike while the message before it is taken', async () => {
      const { calls, result } = await run([doubtful], refusing(new RefusedCallError('bad')), {}, past);
      expect(calls).toEqual([['m2'], ['m1']]);
      expect(result).toEqual({ published: [], refused: { number: 2, refusal: 'bad' } });
    });

    it('does not where the message before it is refused as well: it is not the message', async () => {
      const everything = () => {
        throw new RefusedCallError('bad');
      };
      const { result } = await run([doubtful], everything, {}, past);
      expect(result).toMatchObject({ published: [], doubted: { number: 2 }, error: { disposition: 'halt' } });
      expect(result.refused).toBeUndefined();
    });

    it('does not where another answer is given', async () => {
      const { result } = await run([doubtful], refusing(new RefusedCallError('worse')), {}, past);
      expect(result).toMatchObject({ doubted: { number: 2, refusal: 'worse' } });
    });

    it('has ten visits where nothing of the channel was published before', async () => {
      const alone = { isFresh: false, control: null };
      const ninth = await run([{ ...doubtful, attempts: 9 }], refusing(new RefusedCallError('bad')), {}, alone);
      expect(ninth.result).toMatchObject({ doubted: { number: 2 } });
      const tenth = await run([{ ...doubtful, attempts: 10 }], refusing(new RefusedCallError('bad')), {}, alone);
      expect(tenth.result).toMatchObject({ refused: { number: 2 } });
    });
  });

  it('that may have been seen becomes no tombstone before two visits have had the same answer', async () => {
    const refused = new RefusedEventError('bad');
    const refusing = () => [refused];
    const found = { isFresh: false, control: null };
    const first = await run([message(1)], refusing, {}, found);
    expect(first.result).toEqual({ published: [], doubted: { number: 1, refusal: 'bad' }, error: refused });
    const second = await run([{ ...message(1), refused: 'bad', attempts: 1 }], refusing, {}, found);
    expect(second.result).toEqual({ published: [], refused: { number: 1, refusal: 'bad' } });
    const publish: PublishPagePorts['publish'] = async (_, onUnknown) => {
      onUnknown();
      return [refused];
    };
    const timedOut = await run([message(1)], refusing, { publish });
    expect(timedOut.result).toMatchObject({ doubted: { number: 1 } });
  });

  it('parks the original of a tombstone before it is sent', async () => {
    const order: string[] = [];
    const tomb = { ...message(2), unpublishable: { original: 'o', refusal: 'r' } };
    const { result } = await run(
      [message(1), tomb],
      (bodies) => {
        order.push(`publish ${bodies.join()}`);
        return taken(bodies);
      },
      { park: async ({ number }) => void order.push(`park ${number}`) },
    );
    expect(order).toEqual(['park 2', 'publish m1,m2']);
    expect(result.published).toEqual([1, 2]);
    const failing = await run([tomb], taken, { park: () => Promise.reject(away) });
    expect(failing).toEqual({ calls: [], result: { published: [], error: away } });
  });

  it('does not make a tombstone of a tombstone', async () => {
    const tomb = { ...message(1), unpublishable: { original: 'o', refusal: 'r' } };
    const { result } = await run([tomb], () => [new RefusedEventError('bad')]);
    expect(result).toMatchObject({ published: [], error: { disposition: 'halt', reason: 'tombstone' } });
  });

  it('begins no call when its time is over', async () => {
    let left = 2;
    const { calls, result } = await run(page(20), taken, { mayGoOn: () => (left -= 1) >= 0 });
    expect(calls).toHaveLength(2);
    expect(result).toEqual({ published: page(10).map(({ number }) => number) });
  });
});
