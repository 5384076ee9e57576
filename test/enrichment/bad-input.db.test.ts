import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeedEvent } from '../../feeds/feed-event.ts';
import { quoteEvent } from '../../feeds/sources/market.ts';
import { everydayTexts, goalTexts } from '../../feeds/simulation/post-texts.ts';
import { wrongKinds } from '../../feeds/wrong/wrong-kinds.ts';
import { enrichEvents } from '../../lambdas/enrichment/enrich-events.ts';
import { createEntityStateStore } from '../../lambdas/enrichment/entity-state-store.ts';
import { createEventStore } from '../../lambdas/enrichment/event-store.ts';
import { createParkedStore } from '../../lambdas/enrichment/parked-store.ts';
import { sourceNamed } from '../../lambdas/enrichment/source.ts';
import type { ParkedMessage } from '../../lambdas/shared/dead-letters/parked-message.ts';
import { createDecoder } from '../../lambdas/shared/serde/decoder.ts';
import type { Telemetry } from '../../lambdas/shared/telemetry/batch-telemetry.ts';
import { emptyRegistry } from '../feeds/support/empty-registry.ts';
import { encoder, schemaIds } from '../feeds/support/encoder.ts';
import { broadcastLike, exampleEvents, materialOf, positionLike, postLike } from '../feeds/support/example-events.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { allClosed, everythingParked, noControls } from '../support/controls.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let world: TestDatabase;
let aws: AwsServices;
beforeAll(async () => {
  [world, aws] = await Promise.all([createTestDatabase(), startAwsServices()]);
});
afterAll(() => Promise.all([world.drop(), aws.stop()]));

const nothing = (): void => {};
const telemetry: Telemetry = {
  count: nothing,
  countByReason: nothing,
  duration: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  publish: nothing,
};

const handlerOf = async (name: string) => {
  const source = await sourceNamed(name);
  const queueUrl = aws.queueUrl;
  return enrichEvents({
    source,
    rules: { source: name, maxFutureSeconds: 300, horizonDays: undefined },
    decoder: createDecoder({
      subjects: Object.keys(source.enrichers),
      schemaIds,
      registry: emptyRegistry,
      maxRecordBytes: 256 * 1024,
      maxInflatedBytes: 1024 * 1024,
      now: Date.now,
    }),
    events: createEventStore(world.database(), name, source.windowSpans),
    entityState: createEntityStateStore(aws.dynamodb, 'entity-state', name),
    parked: createParkedStore(aws, allClosed, {
      source: name,
      queueUrl,
      bucket: 'dead-letters',
      idempotencyTable: 'idempotency',
    }),
    telemetry,
    ...noControls(),
    holds: everythingParked(name),
    now: Date.now,
  });
};

let position = 0;
/** Records that arrived ten seconds ago: nothing waits for a registry any more. */
const batchOf = (source: string, records: readonly Buffer[]): KinesisStreamEvent => ({
  Records: records.map((data) => ({
    awsRegion: 'eu-west-1',
    eventID: `shardId-000000000000:${(position += 1)}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: `arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-test-${source}`,
    eventVersion: '1.0',
    invokeIdentityArn: 'arn',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'p',
      sequenceNumber: String(position),
      data: data.toString('base64'),
      approximateArrivalTimestamp: Date.now() / 1_000 - 10,
    },
  })),
});

const context = (): Context => {
  const end = Date.now() + 60_000;
  return { getRemainingTimeInMillis: () => end - Date.now(), functionName: 'test' } as Context;
};
const encode = ({ subject, event }: FeedEvent): Buffer => encoder.encode(subject, event, { compression: 'none' });
const now = Date.now() * 1_000;

const parkedMessages = async (): Promise<ParkedMessage[]> => {
  const messages: ParkedMessage[] = [];
  for (;;) {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: aws.queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    if (Messages.length === 0) return messages;
    messages.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as ParkedMessage));
  }
};
const bytesOf = async ({ bytes, bytesAt }: ParkedMessage): Promise<Buffer> => {
  if (!bytesAt) return Buffer.from(bytes ?? '', 'base64');
  const { Body: body } = await aws.s3.send(new GetObjectCommand({ Bucket: bytesAt.bucket, Key: bytesAt.key }));
  return Buffer.from((await body?.transformToByteArray()) ?? []);
};
const bodiesOf = async (source: string): Promise<Map<string, Record<string, unknown>>> => {
  const { rows } = await world.owner.query<{ id: string; body: Record<string, unknown> }>(
    'SELECT source_event_id AS id, body FROM millrace.events WHERE source = $1',
    [source],
  );
  return new Map(rows.map(({ id, body }) => [id, body]));
};

describe.each([...new Set(wrongKinds.map(({ source }) => source))])(
  'wrong records of every kind among right ones of %s',
  (source) => {
    it('are parked, each with its bytes and its reason, and nothing but the right ones is stored', async () => {
      const examples = exampleEvents(now);
      const right = examples.filter((event) => event.source === source).map(encode);
      const kinds = wrongKinds.filter((kind) => kind.source === source);
      const wrong = kinds.map((kind) => kind.make(materialOf(examples))?.data ?? Buffer.alloc(0));
      const batch = batchOf(source, [...right, ...wrong]);
      const handler = await handlerOf(source);
      await expect(handler(batch, context())).resolves.toEqual({ batchItemFailures: [] });

      const messages = await parkedMessages();
      const byPlace = new Map(messages.map((message) => [message.position.sequenceNumber, message]));
      const first = Number(batch.Records[right.length]?.kinesis.sequenceNumber);
      for (const [n, kind] of kinds.entries()) {
        const message = byPlace.get(String(first + n));
        expect({ name: kind.name, reason: message?.reason }).toEqual({ name: kind.name, reason: kind.reason });
        expect(message && (await bytesOf(message)).equals(wrong[n] ?? Buffer.alloc(0))).toBe(true);
      }
      expect(messages).toHaveLength(kinds.length);
      expect((await bodiesOf(source)).size).toBe(right.length);
    }, 60_000);
  },
);

describe('what is odd and right', () => {
  /** Stores events, and reads them again, by their ids. */
  const stored = async (source: string, events: readonly FeedEvent[]) => {
    const handler = await handlerOf(source);
    const batch = batchOf(source, events.map(encode));
    await expect(handler(batch, context())).resolves.toEqual({ batchItemFailures: [] });
    await expect(parkedMessages()).resolves.toEqual([]);
    const bodies = await bodiesOf(source);
    return events.map(({ event }) => bodies.get(event.header.sourceEventId));
  };

  it('posts in emoji and from right to left are stored as they were written, to the last code point', async () => {
    const texts = [
      ...everydayTexts,
      ...goalTexts,
      '👨‍👩‍👧‍👦 👍🏽 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🇪🇺',
      'مرحبا \u200Fكيف\u200E حالك؟ \u202Bعربي\u202C',
      'שלום־עולם 🕊️',
      'e\u0301 is not é',
      '\uFEFFwith a mark, and U+10FFFF: \u{10FFFF}',
    ];
    const posts = texts.map((text, n) => postLike(now, { postId: `odd-${n}`, text }));
    const bodies = await stored('social', posts);
    expect(bodies.map((body) => body?.['originalText'])).toEqual(texts);
    const { rows } = await world.owner.query<{ text: string }>(
      `SELECT payload->>'originalText' AS text FROM millrace.outbox WHERE source_event_id LIKE 'odd-%'`,
    );
    expect(new Set(rows.map(({ text }) => text))).toEqual(new Set(texts));
  });

  it('names in emoji and from right to left are kept by every source', async () => {
    const team = 'الهلال 🌙';
    const [position] = await stored('stadium-sensors', [positionLike(now, { matchId: 'derby-2', player: '⚽️', team })]);
    expect(position).toMatchObject({ player: '⚽️', team });
    const [event] = await stored('broadcast', [broadcastLike(now, { matchId: 'derby-2', team, fromPlayer: 'שחר' })]);
    expect(event).toMatchObject({ team, fromPlayer: 'שחר', possession: team });
    const quote = quoteEvent({ symbol: '🍏/دولار', occurredAt: now, bid: 1, ask: 2, volume: 0 });
    expect((await stored('market', [quote]))[0]).toMatchObject({ symbol: '🍏/دولار', mid: 1.5 });
  });

  it('a post with nothing but a link has no text, no language, and that link', async () => {
    const [body] = await stored('social', [postLike(now, { postId: 'link', text: 'https://t.co/k2Jr8sQm1x' })]);
    expect(body).toMatchObject({
      text: '',
      language: 'und',
      links: ['https://t.co/k2Jr8sQm1x'],
      originalText: 'https://t.co/k2Jr8sQm1x',
    });
  });

  it('an event with no coordinates is stored without a place', async () => {
    const nowhere = { startX: null, startY: null, endX: null, endY: null };
    const [kickOff, pass] = await stored('broadcast', [
      broadcastLike(now, { matchId: 'derby-3', type: 'SET PIECE', subtype: 'KICK OFF', seq: 1, ...nowhere }),
      broadcastLike(now, { matchId: 'derby-3', seq: 2, ...nowhere }),
    ]);
    expect(kickOff).toMatchObject({ type: 'kick-off', start: null, end: null });
    expect(pass).toMatchObject({ type: 'pass', start: null, end: null, passLength: null, passDirection: null });
  });

  it('a player with no number is a player', async () => {
    const [body] = await stored('stadium-sensors', [positionLike(now, { matchId: 'derby-4', shirt: null, x: -0.7 })]);
    expect(body).toMatchObject({ shirt: null, player: '7', x: expect.closeTo(-0.735, 6) });
  });
});
