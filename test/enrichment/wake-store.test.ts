import type { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../lambdas/enrichment/event.ts';
import { createWakeStore, type WakeStore } from '../../lambdas/enrichment/wake-store.ts';

const each = (channel: string): { readonly message: Message } => ({ message: { channel, delivery: 'each' } });
const silent = {};

const worldOf = (answer: (nth: number) => Promise<object> = async () => ({})) => {
  const world = { now: 0, calls: 0, bodies: [] as string[], failed: 0, warnings: [] as unknown[] };
  const send = (command: SendMessageBatchCommand) => {
    world.calls += 1;
    world.bodies.push(...(command.input.Entries ?? []).map(({ MessageBody = '' }) => MessageBody));
    return answer(world.calls);
  };
  const telemetry = {
    countByReason: (metric: string, reason: string, value: number) =>
      void (metric === 'WakesFailed' && reason === 'wake-queue' && (world.failed += value)),
    warn: (message: string, facts: object) => void world.warnings.push({ message, ...facts }),
  };
  const store = createWakeStore({ send } as never, 'https://sqs/wake', telemetry, () => world.now);
  return { world, wake: (events: Parameters<WakeStore['wake']>[0]) => store.wake(events) };
};
const away = (): Promise<object> => Promise.reject(Object.assign(new Error('no answer'), { name: 'TimeoutError' }));

describe('waking the relay', () => {
  it('takes one message that names the channel of each event once, and no event without one', async () => {
    const { world, wake } = worldOf();
    await wake([each('a/1'), silent, each('b/1'), each('a/1')]);
    expect(world.bodies).toEqual(['{"channels":["a/1","b/1"]}']);
    expect(world.failed).toBe(0);
  });

  it('asks nothing of the queue where nothing is to be delivered', async () => {
    const { world, wake } = worldOf();
    await wake([silent]);
    await wake([]);
    expect(world.calls).toBe(0);
  });

  it.each([
    ['is away', away, 'wake-queue'],
    ['refuses us', () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' })), 'wake-queue'],
    ['takes nothing', async () => ({ Failed: [{ Id: '0', Code: 'InternalError' }] }), 'wake-queue'],
  ])('answers all the same where the queue %s, and counts it', async (_, answer, reason) => {
    const { world, wake } = worldOf(answer);
    await wake([each('a/1'), each('b/1')]);
    expect(world.failed).toBe(1);
    expect(world.warnings).toEqual([
      expect.objectContaining({ message: 'relay not woken', reason, channels: 2, cause: expect.any(String) }),
    ]);
  });

  it('asks a queue that is away only now and then, and every batch again once it answers', async () => {
    const { world, wake } = worldOf((nth) => (nth <= 5 ? away() : Promise.resolve({})));
    for (let n = 0; n < 5; n += 1) await wake([each('a/1')]);
    await wake([each('a/1')]);
    expect(world.calls).toBe(5);
    expect(world.failed).toBe(6);
    world.now += 10_000;
    await wake([each('a/1')]);
    await wake([each('a/1')]);
    expect(world.calls).toBe(7);
    expect(world.failed).toBe(6);
  });

  it('lets a bug of ours be a crash', async () => {
    const { wake } = worldOf(() => Promise.reject(new TypeError('a bug')));
    await expect(wake([each('a/1')])).rejects.toThrow('a bug');
  });
});
