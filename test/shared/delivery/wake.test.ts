import type { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createWakeSender } from '../../../lambdas/shared/delivery/wake-sender.ts';
import { readWake, wakeBodies } from '../../../lambdas/shared/delivery/wake.ts';

describe('wakes', () => {
  it('name each channel once, in the order in which they were given', () => {
    expect(wakeBodies(['b/x', 'a/x', 'b/x'])).toEqual(['{"channels":["b/x","a/x"]}']);
    expect(wakeBodies([])).toEqual([]);
  });

  it('are cut so that none is longer than 200 KB, and lose no channel', () => {
    const channels = Array.from({ length: 3_000 }, (_, n) => `match/positions/${'x'.repeat(230)}${n}`);
    const bodies = wakeBodies(channels);
    expect(bodies.length).toBeGreaterThan(3);
    for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(200 * 1024);
    expect(bodies.flatMap((body) => readWake(body).channels)).toEqual(channels);
  });

  it.each(['{"channels":[]}', '{"channels":[""]}', '{}', '7', 'no JSON'])('are not read from %s', (body) => {
    expect(() => readWake(body)).toThrow(/^the wake is not/);
  });
});

describe('sending wakes', () => {
  const queue = (answer: () => Promise<unknown>) => {
    const sent: SendMessageBatchCommand['input'][] = [];
    const send = (command: SendMessageBatchCommand) => {
      sent.push(command.input);
      return answer();
    };
    return { sent, wake: createWakeSender({ send } as never, 'https://queue') };
  };

  it('takes one call, and can say from when on they are seen', async () => {
    const { sent, wake } = queue(async () => ({}));
    await wake(new Set(['a/x', 'b/x']), 5);
    expect(sent).toEqual([
      { QueueUrl: 'https://queue', Entries: [{ Id: '0', MessageBody: '{"channels":["a/x","b/x"]}', DelaySeconds: 5 }] },
    ]);
  });

  it('asks the queue nothing for no channel', async () => {
    const { sent, wake } = queue(async () => ({}));
    await wake([]);
    expect(sent).toEqual([]);
  });

  it('fails where the queue takes not all of them, or does not answer', async () => {
    const refused = queue(async () => ({ Failed: [{ Id: '0', Code: 'InternalError' }] }));
    await expect(refused.wake(['a/x'])).rejects.toMatchObject({ disposition: 'retry', reason: 'wake-queue' });
    const gone = queue(() => Promise.reject(Object.assign(new Error('none'), { name: 'QueueDoesNotExist' })));
    await expect(gone.wake(['a/x'])).rejects.toMatchObject({ disposition: 'halt', reason: 'wake-queue' });
  });
});
