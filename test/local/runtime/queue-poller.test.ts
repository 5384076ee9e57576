import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createQueuePoller, type QueueWorld } from '../../../local/runtime/queue-poller/queue-poller.ts';
import { cutBatches, eventBytes, queueRecord, type QueueRecord } from '../../../local/runtime/queue-poller/record.ts';
import { settle } from '../../../local/runtime/queue-poller/settle.ts';
import { awayDelay } from '../../../local/pause.ts';
import type { FunctionResult, InvokeResult } from '../../../local/world.ts';
import { queueMapping } from '../support/queue-consumer.ts';

const ARN = 'arn:aws:sqs:eu-west-1:000000000000:parked';
const record = (id: string, body = id): QueueRecord =>
  queueRecord({ MessageId: id, ReceiptHandle: `handle-${id}`, Body: body, MD5OfBody: 'md5' }, ARN, 'eu-west-1');
const ids = (records: readonly QueueRecord[]): string[] => records.map(({ messageId }) => messageId);
const answered = (payload: unknown): FunctionResult => ({ payload, requestId: 'r' });
const failures = (...identifiers: readonly unknown[]): FunctionResult =>
  answered({ batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) });
const crash: FunctionResult = { error: 'Unhandled', kind: 'exit', message: 'gone', requestId: 'r' };

describe('the event of a message', () => {
  it('is Lambda’s, to the letter', () => {
    const message = {
      MessageId: 'id',
      ReceiptHandle: 'handle',
      Body: 'text',
      MD5OfBody: '1cb251ec0d568de6a929b520c4aed8d1',
      MD5OfMessageAttributes: 'attributes-md5',
      Attributes: {
        SenderId: '000000000000',
        SentTimestamp: '1545082650636',
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: '1545082650649',
      },
      MessageAttributes: {
        reason: { DataType: 'String', StringValue: 'too-old' },
        attempts: { DataType: 'Number', StringValue: '3' },
        bytes: { DataType: 'Binary', BinaryValue: Buffer.from('raw') },
      },
    };
    expect(queueRecord(message, ARN, 'eu-west-1')).toEqual({
      messageId: 'id',
      receiptHandle: 'handle',
      body: 'text',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1545082650636',
        SenderId: '000000000000',
        ApproximateFirstReceiveTimestamp: '1545082650649',
      },
      messageAttributes: {
        reason: { stringValue: 'too-old', stringListValues: [], binaryListValues: [], dataType: 'String' },
        attempts: { stringValue: '3', stringListValues: [], binaryListValues: [], dataType: 'Number' },
        bytes: { binaryValue: 'cmF3', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
      },
      md5OfBody: '1cb251ec0d568de6a929b520c4aed8d1',
      md5OfMessageAttributes: 'attributes-md5',
      eventSource: 'aws:sqs',
      eventSourceARN: ARN,
      awsRegion: 'eu-west-1',
    });
    expect(record('plain')).not.toHaveProperty('md5OfMessageAttributes');
    expect(record('plain').messageAttributes).toEqual({});
  });
});

describe('a batch', () => {
  it('is cut by number, keeps the order, and loses nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 10 }), (count, batchSize) => {
        const records = Array.from({ length: count }, (_, n) => record(String(n)));
        const batches = cutBatches(records, batchSize);
        expect(batches.flat()).toEqual(records);
        expect(batches.every(({ length }) => length >= 1 && length <= batchSize)).toBe(true);
        expect(batches.length).toBe(Math.ceil(count / batchSize));
      }),
    );
  });

  it('never makes an event of more than 6 MB, counted as it is sent; one record that does goes alone', () => {
    const large = 'é"'.repeat(250_000); // 750,000 bytes, and 250,000 more for the quotes' escapes
    const records = Array.from({ length: 9 }, (_, n) => record(String(n), large));
    const batches = cutBatches([...records, record('huge', '\u0001'.repeat(1_048_576))], 10);
    expect(batches.map(({ length }) => length)).toEqual([6, 3, 1]);
    const sizes = batches.map((Records) => Buffer.byteLength(JSON.stringify({ Records })));
    expect(sizes.slice(0, 2).every((size) => size <= 6 * 1024 * 1024)).toBe(true);
    expect(Math.abs(eventBytes(batches[0] ?? []) - (sizes[0] ?? 0))).toBeLessThanOrEqual(1);
  });
});

describe('what becomes of a batch', () => {
  const batch = [record('a'), record('b'), record('c')];
  it.each([
    ['nothing', answered(undefined)],
    ['null', answered(null)],
    ['an empty text', answered('')],
    ['an empty object', answered({})],
    ['no list', answered({ batchItemFailures: null })],
    ['an empty list', failures()],
  ])('all of it is done when the answer is %s', (_, result) => {
    expect(settle(result, batch, true)).toEqual({ done: batch, left: [] });
  });

  it.each([
    ['is a text', answered('ok')],
    ['has something else for a list', answered({ batchItemFailures: 'a' })],
    ['names a message of another batch', failures('a', 'x')],
    ['names an empty id', failures('')],
    ['names null', failures(null)],
    ['has another key', answered({ batchItemFailures: [{ id: 'a' }] })],
    ['did not come', crash],
  ])('all of it is left when the answer %s', (_, result) => {
    const { done, left, why } = settle(result, batch, true);
    expect([ids(done), ids(left), typeof why]).toEqual([[], ['a', 'b', 'c'], 'string']);
  });

  it('is left where the answer names it, and done where not', () => {
    const { done, left, why } = settle(failures('c', 'a', 'c'), batch, true);
    expect([ids(done), ids(left), why]).toEqual([['b'], ['a', 'c'], undefined]);
  });

  it('is left in every copy of a message that came twice', () => {
    const { done, left } = settle(failures('a'), [...batch, record('a')], true);
    expect([ids(done), ids(left)]).toEqual([
      ['b', 'c'],
      ['a', 'a'],
    ]);
  });

  it('is done whatever the answer says when the mapping does not report failures; an error still fails it', () => {
    expect(settle(failures('a'), batch, false).done).toEqual(batch);
    expect(settle(crash, batch, false).left).toEqual(batch);
  });
});

describe('the wait for a service that is away', () => {
  it('grows, and stays under a second', () => {
    expect([1, 2, 3, 4, 5, 60].map((failures) => awayDelay(failures, 1))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(awayDelay(1, 0)).toBe(50);
  });
});

/** A queue in memory, a function that answers as told, and a clock that only sleeping and receiving turn. */
const fakeWorld = (arrivals: readonly (readonly QueueRecord[] | Error)[], answer: () => Promise<InvokeResult>) => {
  const queue = [...arrivals];
  const state = { now: 0, stopped: false, atOnce: 0, most: 0 };
  const seen = {
    receives: [] as { most: number; wait: number; at: number }[],
    invoked: [] as string[][],
    removed: [] as string[][],
    slept: [] as number[],
    complaints: [] as string[],
    counts: {} as Record<string, number>,
  };
  const removals: (Error | number)[] = [];
  const world: QueueWorld = {
    now: () => state.now,
    sleep: async (ms) => {
      seen.slept.push(ms);
      state.now += ms;
    },
    random: () => 1,
    stopped: () => state.stopped,
    enabled: () => true,
    receive: async (most, wait) => {
      seen.receives.push({ most, wait, at: state.now });
      const next = queue.shift();
      if (next instanceof Error) throw next;
      if (queue.length === 0) state.stopped = true;
      if (next === undefined || next.length === 0) state.now += wait * 1_000;
      return next ?? [];
    },
    remove: async (records) => {
      const next = removals.shift();
      if (next instanceof Error) throw next;
      seen.removed.push(ids(records));
      return records.slice(0, next ?? 0);
    },
    invoke: async (event) => {
      state.atOnce += 1;
      state.most = Math.max(state.most, state.atOnce);
      seen.invoked.push(ids((event as { Records: QueueRecord[] }).Records));
      const result = await answer();
      state.atOnce -= 1;
      return result;
    },
    count: (metric, messages) => (seen.counts[metric] = (seen.counts[metric] ?? 0) + messages),
    complain: (message) => void seen.complaints.push(message),
  };
  return { world, state, seen, removals };
};

const done = async (): Promise<InvokeResult> => answered(null);
const some = (...names: readonly string[]): QueueRecord[] => names.map((name) => record(name));

describe('the poller of a queue', () => {
  it('receives, invokes, and deletes what is done, ten at once', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `m${n}`);
    const { world, seen } = fakeWorld([some(...names.slice(0, 10)), some(...names.slice(10)), []], done);
    await createQueuePoller(queueMapping('q', { batchSize: 100, batchingWindowMs: 5_000 }), 5, world).run();
    expect(seen.invoked).toEqual([names]);
    expect(seen.removed).toEqual([names.slice(0, 10), names.slice(10)]);
    expect(seen.counts).toEqual({ PolledEventCount: 12, InvokedEventCount: 12, DeletedEventCount: 12 });
  });

  it('gathers until its window is over, and then no longer', async () => {
    const { world, seen } = fakeWorld([some('a'), [], [], some('b'), [], [], [], []], done);
    await createQueuePoller(queueMapping('q', { batchSize: 100, batchingWindowMs: 2_500 }), 5, world).run();
    expect(seen.invoked[0]).toEqual(['a', 'b']);
    expect(seen.receives.slice(0, 6).map(({ wait, at }) => [wait, at])).toEqual([
      [1, 0],
      [1, 0],
      [1, 1_000],
      [0, 2_000],
      [0, 2_000],
      [0, 2_100],
    ]);
  });

  it('processes what it has gathered when the queue goes away in its window', async () => {
    const { world, seen } = fakeWorld([some('a'), new Error('refused'), new Error('refused'), []], done);
    await createQueuePoller(queueMapping('q', { batchSize: 100, batchingWindowMs: 2_500 }), 5, world).run();
    expect(seen.invoked).toEqual([['a']]);
    expect(seen.complaints).toEqual(['receives nothing, and goes on trying: refused']);
  });

  it('does not wait for more when it has no window', async () => {
    const { world, seen } = fakeWorld([some('a'), some('b'), []], done);
    await createQueuePoller(queueMapping('q'), 5, world).run();
    expect(seen.invoked).toEqual([['a'], ['b']]);
    expect(seen.receives.every(({ wait, most }) => wait === 1 && most === 10)).toBe(true);
  });

  it('has no more batches in the function than it has lanes, and receives none that would have to wait', async () => {
    const release: (() => void)[] = [];
    const answer = () => new Promise<InvokeResult>((resolve) => release.push(() => resolve(answered(null))));
    const { world, state, seen } = fakeWorld([some('a'), some('b'), some('c'), some('d'), []], answer);
    const running = createQueuePoller(queueMapping('q'), 2, world).run();
    const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    await settled();
    expect([seen.invoked.length, seen.receives.length]).toEqual([2, 2]);
    while (state.atOnce > 0) {
      release.shift()?.();
      await settled();
    }
    await running;
    expect(seen.invoked).toEqual([['a'], ['b'], ['c'], ['d']]);
    expect(state.most).toBe(2);
  });

  it('goes on after the queue was away, complains once an outage, and waits a little longer each time', async () => {
    const away = new Error('refused');
    const { world, seen } = fakeWorld([away, away, away, some('a'), away, some('b'), []], done);
    await createQueuePoller(queueMapping('q'), 5, world).run();
    expect(seen.slept).toEqual([100, 200, 400, 100]);
    expect(seen.complaints).toEqual(Array.from({ length: 2 }, () => 'receives nothing, and goes on trying: refused'));
    expect(seen.invoked).toEqual([['a'], ['b']]);
  });

  it('tries again to delete what was not deleted, and only that', async () => {
    const { world, seen, removals } = fakeWorld([some('a', 'b', 'c'), []], done);
    removals.push(new Error('away'), 2);
    await createQueuePoller(queueMapping('q'), 5, world).run();
    expect(seen.removed).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
    ]);
    expect(seen.counts['DeletedEventCount']).toBe(3);
    expect(seen.complaints).toEqual([]);
  });

  it('gives deleting up after ten times, and says so', async () => {
    const { world, seen, removals } = fakeWorld([some('a', 'b'), []], done);
    removals.push(1, ...Array.from({ length: 9 }, () => new Error('away')));
    await createQueuePoller(queueMapping('q'), 5, world).run();
    expect(seen.complaints).toEqual(['1 messages are done and could not be deleted (away): they come again']);
    expect(seen.counts['DeletedEventCount']).toBe(1);
  });

  it('deletes nothing when the function cannot even be called', async () => {
    const { world, seen } = fakeWorld([some('a'), []], () => Promise.reject(new Error('there is no function f')));
    await createQueuePoller(queueMapping('q'), 5, world).run();
    expect(seen.removed).toEqual([]);
    expect(seen.complaints).toEqual(['1 messages failed: there is no function f']);
  });
});
