import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../local/runtime/poller/next-step.ts';
import type { PolledRecord } from '../../../local/runtime/poller/record.ts';
import { createShardPoller, type ShardWorld } from '../../../local/runtime/poller/shard-poller.ts';
import type { InvokeResult, KinesisMapping } from '../../../local/world.ts';

const mapping: KinesisMapping = {
  uuid: 'mapping',
  functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
  streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/s',
  enabled: true,
  batchSize: 3,
  batchingWindowMs: 0,
  bisect: false,
  maxAttempts: 2,
  maxAgeMs: 60_000,
  parallelization: 1,
  startingPosition: 'TRIM_HORIZON',
  reportBatchItemFailures: true,
};

type Behaviour = (numbers: readonly string[], attempt: number) => unknown;
const failure: InvokeResult = { error: 'Unhandled', kind: 'thrown', message: 'on purpose', requestId: 'r' };
const from = (number: string) => ({ batchItemFailures: [{ itemIdentifier: number }] });

const numbersOf = (records: readonly PolledRecord[]): string[] => records.map(({ sequenceNumber }) => sequenceNumber);

/** A shard with records 1 to `size` in memory, a function that behaves as told, and a clock that sleeping turns. */
const fakeWorld = (size: number, behaviour: Behaviour) => {
  const state = { now: 1_000, on: true, checkpoint: undefined as string | undefined };
  const seen = {
    invoked: [] as string[][],
    givenUp: [] as string[][],
    causes: [] as { cause: string; attempts: number; invoked: boolean }[],
    slept: [] as number[],
    outcomes: [] as string[],
    complaints: [] as string[],
  };
  const stream = Array.from({ length: size }, (_, n): PolledRecord => ({
    sequenceNumber: String(n + 1),
    partitionKey: 'p',
    data: Buffer.from(`${n + 1}`),
    arrivedAt: 993 + n,
  }));
  let stopped = false;
  const world: ShardWorld = {
    region: 'eu-west-1',
    now: () => state.now,
    sleep: async (ms) => {
      seen.slept.push(ms);
      state.now += ms;
      // Nothing more to read: the test is over.
      if (state.checkpoint === String(size) || seen.slept.length > 50) stopped = true;
      await Promise.resolve();
    },
    random: () => 1,
    stopped: () => stopped,
    enabled: () => state.on,
    read: async (after, limit) => stream.slice(Number(after ?? 0), Number(after ?? 0) + limit),
    invoke: async (event) => {
      const { Records } = event as { Records: { kinesis: { sequenceNumber: string } }[] };
      const numbers = Records.map(({ kinesis }) => kinesis.sequenceNumber);
      seen.invoked.push(numbers);
      const answer = behaviour(numbers, seen.invoked.length);
      return answer === failure ? failure : { payload: answer, requestId: 'r' };
    },
    giveUp: async ({ records, failures }: Batch, cause, last) => {
      seen.givenUp.push(numbersOf(records));
      seen.causes.push({ cause, attempts: failures, invoked: last !== undefined });
    },
    checkpoint: { get: () => state.checkpoint, set: (number) => (state.checkpoint = number) },
    report: ({ outcome }) => void seen.outcomes.push(outcome),
    complain: (message) => void seen.complaints.push(message),
  };
  return { world, state, seen, stop: () => (stopped = true) };
};

const run = async (world: ShardWorld, overrides: Partial<KinesisMapping> = {}) => {
  const poller = createShardPoller({ ...mapping, ...overrides }, 'shard-0', world);
  await poller.run();
  return poller;
};

describe('a shard', () => {
  it('is read to its end, batch by batch, at once as long as there is more', async () => {
    const { world, seen, state } = fakeWorld(7, () => null);
    const poller = await run(world);
    expect(seen.invoked).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']]);
    expect(seen.slept).toEqual([1_000]);
    expect(poller.progress()).toEqual({ shard: 'shard-0', checkpoint: '7', emptyAt: 1_000, finishedUntil: 999 });
    expect(state.checkpoint).toBe('7');
  });

  it('was empty when it was asked, and not when the answer came: something may have arrived meanwhile', async () => {
    const { world, state } = fakeWorld(3, () => null);
    const slow: ShardWorld = {
      ...world,
      read: async (after, limit) => {
        const records = await world.read(after, limit);
        state.now += 40;
        return records;
      },
    };
    const poller = await run(slow);
    expect(poller.progress().emptyAt).toBe(1_040);
  });

  it('goes on from the lowest failure, with only what is left of the batch', async () => {
    const { world, seen } = fakeWorld(3, (_, attempt) => (attempt === 1 ? from('2') : null));
    await run(world);
    expect(seen.invoked).toEqual([
      ['1', '2', '3'],
      ['2', '3'],
    ]);
    expect(seen.outcomes).toEqual(['partly', 'finished']);
  });

  it('waits longer from attempt to attempt, then gives the batch up and goes on behind it', async () => {
    const { world, seen } = fakeWorld(4, (numbers) => (numbers.includes('1') ? failure : null));
    await run(world);
    expect(seen.invoked).toEqual([['1', '2', '3'], ['1', '2', '3'], ['1', '2', '3'], ['4']]);
    expect(seen.slept.slice(0, 2)).toEqual([200, 400]);
    expect(seen.givenUp).toEqual([['1', '2', '3']]);
    expect(seen.causes).toEqual([{ cause: 'attempts', attempts: 3, invoked: true }]);
    expect(seen.outcomes).toEqual(['failed', 'failed', 'given-up', 'finished']);
  });

  it('gives up only what was being tried again', async () => {
    const { world, seen, state } = fakeWorld(3, () => from('2'));
    await run(world);
    expect(seen.givenUp).toEqual([['2', '3']]);
    expect(state.checkpoint).toBe('3');
  });

  it('gives up what is too old, without invoking', async () => {
    const { world, seen, state } = fakeWorld(2, () => null);
    state.now += 60_001;
    await run(world, { maxAttempts: 0 });
    expect(seen.invoked).toEqual([]);
    expect(seen.givenUp).toEqual([['1', '2']]);
    expect(seen.causes).toEqual([{ cause: 'age', attempts: 0, invoked: false }]);
    expect(seen.outcomes).toEqual(['given-up']);
  });

  it('gives up for its age what became too old between two attempts, even before the last', async () => {
    const { world, seen } = fakeWorld(1, () => failure);
    await run(world, { maxAgeMs: 500 });
    expect(seen.invoked).toHaveLength(2);
    expect(seen.causes).toEqual([{ cause: 'age', attempts: 2, invoked: false }]);
  });

  it('tries for ever where nothing limits it', async () => {
    const { world, seen } = fakeWorld(1, (_, attempt) => (attempt < 30 ? failure : null));
    await run(world, { maxAttempts: -1, maxAgeMs: -1 });
    expect(seen.invoked).toHaveLength(30);
    expect(seen.givenUp).toEqual([]);
    expect(Math.max(...seen.slept)).toBeLessThanOrEqual(10_000);
  });

  it('is not read while its mapping is disabled', async () => {
    const { world, seen, state } = fakeWorld(1, () => null);
    state.on = false;
    const sleep = world.sleep;
    let rests = 0;
    await run({
      ...world,
      sleep: async (ms) => {
        rests += 1;
        if (rests === 3) state.on = true;
        await sleep(ms);
      },
    });
    expect(rests).toBeGreaterThanOrEqual(3);
    expect(seen.invoked).toEqual([['1']]);
  });

  it('keeps its checkpoint where a stop ends an invocation, and gives nothing up for it', async () => {
    const parts = fakeWorld(3, () => {
      parts.stop();
      return failure;
    });
    await run(parts.world, { maxAttempts: 0 });
    expect(parts.seen.givenUp).toEqual([]);
    expect(parts.state.checkpoint).toBeUndefined();
  });

  it('is read again from its checkpoint after the stream or the bucket did not answer', async () => {
    const { world, seen } = fakeWorld(2, () => null);
    let broken = 2;
    await run({
      ...world,
      read: (after, limit) => (broken-- > 0 ? Promise.reject(new Error('no answer')) : world.read(after, limit)),
    });
    expect(seen.complaints).toEqual(['shard-0: no answer', 'shard-0: no answer']);
    expect(seen.invoked).toEqual([['1', '2']]);
  });
});
