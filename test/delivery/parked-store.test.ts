import { describe, expect, it } from 'vitest';
import { createParkedStore } from '../../lambdas/delivery/parked-store.ts';
import type { UnpublishedMessage } from '../../lambdas/delivery/relay-store.ts';
import { composeBody } from '../../lambdas/shared/delivery/message.ts';
import { readParked } from '../../lambdas/operations/dead-letters/read-parked.ts';

const tomb = (text: string): UnpublishedMessage => ({
  number: 7,
  body: 'tombstone',
  attempts: 1,
  refused: null,
  unpublishable: {
    refusal: 'AppSync refused the event (code 400)',
    original: composeBody({
      channel: 'social/posts/arsenal',
      number: 7,
      delivery: 'each',
      events: [
        {
          source: 'social',
          sourceEventId: 'p1',
          entity: 'arsenal',
          occurredAt: '2026-11-21T08:00:00.000001Z',
          arrivedAt: '2026-11-21T08:00:01.000Z',
          priority: 'normal',
          body: { text },
        },
      ],
    }),
  },
});

const setUp = (fails?: { readonly service: 'sqs' | 's3'; readonly name: string }) => {
  const sent: string[] = [];
  const put: { Bucket: string; Key: string; Body: Buffer }[] = [];
  const failing = (service: 'sqs' | 's3'): void => {
    if (fails?.service === service) throw Object.assign(new Error('no'), { name: fails.name });
  };
  const sqs = {
    send: async (command: { input: { MessageBody: string } }) => {
      failing('sqs');
      sent.push(command.input.MessageBody);
    },
  };
  const s3 = {
    send: async (command: { input: (typeof put)[number] }) => {
      failing('s3');
      put.push(command.input);
    },
  };
  const park = createParkedStore({ sqs, s3 }, { queueUrl: 'https://queue', bucket: 'letters' }, () =>
    Date.UTC(2026, 10, 21, 9),
  );
  return { park, sent, put };
};
const none = (attempt: (timeoutMs: number) => Promise<unknown>) => attempt(1) as never;

describe('parking what cannot be published', () => {
  it('sends a letter that the intake takes, with the body it had', async () => {
    const { park, sent, put } = setUp();
    await park('social/posts/arsenal', tomb('hello'), 1_000);
    expect(put).toEqual([]);
    const letters = await readParked(sent[0] ?? '', none);
    expect(letters).toMatchObject([
      {
        source: 'social',
        reason: 'unpublishable',
        stage: 'deliver',
        position: { stream: 'outbox', shard: 'social/posts/arsenal', sequenceNumber: '7' },
      },
    ]);
    const { bytes = '', arrivedAt } = JSON.parse(sent[0] ?? '') as { bytes?: string; arrivedAt: string };
    expect(Buffer.from(bytes, 'base64').toString()).toBe(tomb('hello').unpublishable?.original);
    expect(arrivedAt).toBe('2026-11-21T08:00:01.000Z');
  });

  it('puts bytes that are too large for a message into the bucket', async () => {
    const { park, sent, put } = setUp();
    await park('social/posts/arsenal', tomb('x'.repeat(500_000)), 1_000);
    expect(put).toMatchObject([{ Bucket: 'letters', Key: 'parked/outbox/social/posts/arsenal/7' }]);
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({
      bytesAt: { bucket: 'letters', key: 'parked/outbox/social/posts/arsenal/7' },
    });
  });

  it('takes no longer than it may', async () => {
    const never = {
      send: (_: unknown, { abortSignal }: { readonly abortSignal: AbortSignal }) =>
        new Promise((_resolve, reject) =>
          abortSignal.addEventListener('abort', () => reject(abortSignal.reason as Error)),
        ),
    } as never;
    const park = createParkedStore(
      { sqs: never, s3: never },
      { queueUrl: 'https://queue', bucket: 'letters' },
      Date.now,
    );
    const startedAt = performance.now();
    await expect(park('a/x', tomb('x'.repeat(500_000)), 50)).rejects.toMatchObject({ disposition: 'retry' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('has nothing to park of a message that is none', async () => {
    const { park, sent } = setUp();
    await park('a/x', { ...tomb('x'), unpublishable: null }, 1_000);
    expect(sent).toEqual([]);
  });

  it.each([
    ['sqs', 'ServiceUnavailable', 'retry', 'parked-queue'],
    ['sqs', 'QueueDoesNotExist', 'halt', 'parked-queue'],
    ['s3', 'SlowDown', 'retry', 'dead-letter-bucket'],
  ] as const)('says what %s answered: %s is %s', async (service, name, disposition, reason) => {
    const { park } = setUp({ service, name });
    await expect(park('a/x', tomb('x'.repeat(500_000)), 1_000)).rejects.toMatchObject({ disposition, reason });
  });
});
