import { describe, expect, it } from 'vitest';
import type { InvokeResult } from '../../../local/world.ts';
import { simulateQueue, type QueueSeen } from '../support/simulated-queue.ts';

const fine: InvokeResult = { payload: null, requestId: 'r' };
const throttle: InvokeResult = { throttled: 'no more concurrency' };
const crash: InvokeResult = { error: 'Unhandled', kind: 'exit', message: 'gone', requestId: 'r' };
const failing = (...ids: readonly string[]): InvokeResult => ({
  payload: { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) },
  requestId: 'r',
});
const times = ({ calls }: QueueSeen): number[] => calls.map(({ at }) => at);

describe('a throttle of a queue’s function', () => {
  it('is tried again with the same messages, which are not received anew', async () => {
    const seen = await simulateQueue({ sent: { a: 0, b: 0 }, behaviour: (_, call) => (call <= 4 ? throttle : fine) });
    expect(seen.calls.map(({ bodies, counts }) => [bodies, counts])).toEqual(
      Array.from({ length: 5 }, () => [
        ['a', 'b'],
        [1, 1],
      ]),
    );
    expect(times(seen)).toEqual([0, 100, 300, 700, 1_500]);
    expect(seen.counts).toEqual({
      PolledEventCount: 2,
      InvokedEventCount: 2,
      FailedInvokeEventCount: 8,
      DeletedEventCount: 2,
    });
  });

  it('ends with the visibility timeout: then the queue delivers the messages again', async () => {
    const seen = await simulateQueue({
      sent: { a: 0 },
      mapping: { visibilityMs: 5_000 },
      behaviour: (_, call) => (call <= 12 ? throttle : fine),
    });
    const [first = [], second = []] = [1, 2].map((count) => seen.calls.filter(({ counts }) => counts[0] === count));
    expect(first.every(({ at }) => at < 5_000)).toBe(true);
    expect(second.every(({ at }) => at >= 5_000)).toBe(true);
    expect([first.length, second.length > 0, seen.deleted.length]).toEqual([8, true, 1]);
  });

  it('keeps its lane, so that no more is received than can be invoked', async () => {
    const seen = await simulateQueue({
      sent: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`m${n}`, 0])),
      mapping: { batchSize: 1 },
      lanes: 2,
      behaviour: () => throttle,
      until: (_, ms) => ms > 3_000,
    });
    expect(new Set(seen.calls.flatMap(({ bodies }) => bodies)).size).toBe(2);
  });
});

describe('a message that failed', () => {
  it('is left to its visibility timeout, which counts from its receive, and is received once more', async () => {
    const seen = await simulateQueue({
      sent: { a: 0, b: 0 },
      mapping: { visibilityMs: 10_000 },
      durationMs: 2_000,
      behaviour: (_, call) => (call === 1 ? failing('b') : fine),
    });
    expect(seen.deleted.map(({ body }) => body)).toEqual(['a', 'b']);
    expect(seen.calls.map(({ bodies, counts }) => [bodies, counts])).toEqual([
      [
        ['a', 'b'],
        [1, 1],
      ],
      [['b'], [2]],
    ]);
    expect(seen.calls[1]?.at).toBeGreaterThanOrEqual(10_000);
    expect(seen.calls[1]?.at).toBeLessThan(10_100);
  });

  it('takes its whole batch with it where the function breaks', async () => {
    const seen = await simulateQueue({ sent: { a: 0, b: 0 }, behaviour: (_, call) => (call === 1 ? crash : fine) });
    expect(seen.calls[1]).toMatchObject({ bodies: ['a', 'b'], counts: [2, 2] });
    expect(seen.counts).toMatchObject({ InvokedEventCount: 4, FailedInvokeEventCount: 2, DeletedEventCount: 2 });
  });
});

describe('a queue’s mapping that is disabled', () => {
  it('finishes what is under way, deletes what is done, and receives nothing more until it is on', async () => {
    const seen = await simulateQueue({
      sent: { a: 0, b: 1_500 },
      durationMs: 1_000,
      enabled: (ms) => ms < 200 || ms > 20_000,
      behaviour: () => fine,
    });
    expect(seen.deleted[0]).toEqual({ body: 'a', at: 1_000 });
    expect(seen.calls[1]?.at).toBeGreaterThan(20_000);
  });

  it('ends the retries of a throttle', async () => {
    const seen = await simulateQueue({
      sent: { a: 0 },
      enabled: (ms) => ms < 1_000 || ms > 20_000,
      behaviour: (_, call) => (call <= 5 ? throttle : fine),
    });
    expect(seen.calls.filter(({ at }) => at > 1_500 && at < 20_000)).toEqual([]);
  });
});
