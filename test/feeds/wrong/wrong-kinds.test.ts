import { describe, expect, it } from 'vitest';
import { createIdentify } from '../../../feeds/account/identify.ts';
import type { FeedEvent } from '../../../feeds/feed-event.ts';
import { withBytesFor } from '../../../feeds/wrong/broken-bytes.ts';
import { wrongKinds } from '../../../feeds/wrong/wrong-kinds.ts';
import { sources } from '../../../lib/config/sources.ts';
import { rejectReasons } from '../../../lambdas/shared/errors/platform-error.ts';
import { emptyRegistry } from '../support/empty-registry.ts';
import { encoder, schemaIds } from '../support/encoder.ts';
import { exampleEvents, materialOf } from '../support/example-events.ts';
import { judge } from '../support/judge.ts';

const now = Date.UTC(2026, 10, 21, 9);
const occurredAt = now * 1000;
const events = exampleEvents(occurredAt);
const material = materialOf(events);
const simulated = [...new Set(wrongKinds.map(({ source }) => source))];
const named = wrongKinds.map((kind) => ({ ...kind, kind }));

describe('a record that is wrong on purpose', () => {
  it('is made of right ones', async () => {
    for (const { source, subject, event } of events) {
      const [judged] = await judge(source, [encoder.encode(subject, event, { compression: 'none' })], now);
      expect(judged).not.toHaveProperty('rejected');
    }
  });

  it.each(named.filter(({ reason }) => reason !== 'conflict'))(
    '($source: $name) is rejected: $reason',
    async ({ kind }) => {
      const { source, data } = kind.make(material) ?? { source: '', data: Buffer.alloc(0) };
      const [judged] = await judge(source, [data], now);
      expect(judged).toMatchObject({ rejected: kind.reason });
    },
  );

  it.each(named.filter(({ reason }) => reason === 'conflict'))(
    '($source: $name) is right by itself, and has the key of one that was sent and other content',
    async ({ kind, source }) => {
      const conflict = kind.make(material)?.data ?? Buffer.alloc(0);
      const { subject, event } = material.sent(source) as FeedEvent;
      const sent = encoder.encode(subject, event, { compression: 'none' });
      const [judged] = await judge(source, [conflict], now);
      expect(judged).not.toHaveProperty('rejected');
      const [one, other] = await createIdentify(
        schemaIds,
        emptyRegistry,
      )([sent, conflict].map((bytes) => ({ bytes, arrivedAt: now, sequenceNumber: '1' })));
      expect({ ...other, bodyHash: one?.bodyHash }).toEqual(one);
      expect(other?.bodyHash).not.toBe(one?.bodyHash);
      expect(kind.make({ ...material, sent: () => undefined })).toBeUndefined();
    },
  );

  it.each(simulated)('is wrong for every reason that a producer of %s can cause', (source) => {
    const caused = new Set(wrongKinds.filter((kind) => kind.source === source).map(({ reason }) => reason));
    expect(rejectReasons.filter((reason) => !caused.has(reason))).toEqual(['too-old', 'refused-by-store']);
  });

  it('breaks rules of every subject of these sources', () => {
    expect(simulated).toHaveLength(4);
    const subjects = simulated.flatMap((source) => sources[source]?.subjects ?? [`${source} is no source`]);
    for (const subject of subjects) expect(wrongKinds.some(({ name }) => name.startsWith(`${subject}: `))).toBe(true);
  });

  it('goes to the stream of its kind under a key that Kinesis takes, and has a name of its own there', () => {
    for (const kind of wrongKinds) {
      const { source, partitionKey = '' } = kind.make(material) ?? {};
      expect(source).toBe(kind.source);
      expect(partitionKey.length).toBeGreaterThan(0);
      expect(partitionKey.length).toBeLessThanOrEqual(256);
    }
    expect(new Set(wrongKinds.map(({ source, name }) => `${source} ${name}`)).size).toBe(wrongKinds.length);
  });

  it('cannot be made from text that is not there, nor in another length', () => {
    expect(() => withBytesFor(Buffer.from('abc'), 'xyz', Buffer.alloc(3))).toThrow('does not hold "xyz"');
    expect(() => withBytesFor(Buffer.from('abc'), 'bc', Buffer.alloc(3))).toThrow('"bc" is not 3 bytes');
  });
});
