import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EnrichmentDependencies } from '../../lambdas/enrichment/dependencies.ts';
import { enrichEvents } from '../../lambdas/enrichment/enrich-events.ts';
import { createEntityStateStore } from '../../lambdas/enrichment/entity-state-store.ts';
import { createEventStore } from '../../lambdas/enrichment/event-store.ts';
import type { ParkedMessage } from '../../lambdas/shared/dead-letters/parked-message.ts';
import { createParkedStore } from '../../lambdas/enrichment/parked-store.ts';
import { source as market } from '../../lambdas/enrichment/sources/market.ts';
import { UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import { createDatabase, type Database } from '../../lambdas/shared/database/connection.ts';
import { createDecoder } from '../../lambdas/shared/serde/decoder.ts';
import { createEncoder } from '../../lambdas/shared/serde/encoder.ts';
import { buildFrame } from '../../lambdas/shared/serde/frame.ts';
import { parseSchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';
import type { Telemetry } from '../../lambdas/shared/telemetry/batch-telemetry.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { allClosed, noControls } from '../support/controls.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { morning } from '../support/events.ts';
import { readTables } from '../support/tables.ts';

const schemaIds = parseSchemaIds(
  'market-quote:1=6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a01,market-trade:1=6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a02',
);
const encoder = createEncoder({ schemaIds });

let world: TestDatabase;
let aws: AwsServices;
let counts: Record<string, number>;

beforeAll(async () => {
  [world, aws] = await Promise.all([createTestDatabase(), startAwsServices()]);
});
afterAll(() => Promise.all([world.drop(), aws.stop()]));
beforeEach(async () => {
  counts = {};
  await world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox');
  await received();
});

const count = (metric: string, value: number): void => void (counts[metric] = (counts[metric] ?? 0) + value);
const telemetry: Telemetry = {
  count,
  countByReason: (metric, reason, value) => count(`${metric}/${reason}`, value),
  duration: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  publish: () => {},
};

const handlerOn = (database: Database = world.database(), overrides: Partial<EnrichmentDependencies> = {}) =>
  enrichEvents({
    source: market,
    rules: { source: 'market', maxFutureSeconds: 60, horizonDays: 400 },
    decoder: createDecoder({
      subjects: Object.keys(market.enrichers),
      schemaIds,
      registry: { find: () => Promise.resolve({ status: 'unknown' } as never) },
      maxRecordBytes: 10_000,
      maxInflatedBytes: 40_000,
      now: () => morning / 1000 + 5_000,
    }),
    events: createEventStore(database, 'market', market.windowSpans),
    entityState: createEntityStateStore(aws.dynamodb, 'entity-state', 'market'),
    parked: createParkedStore(aws, allClosed, {
      source: 'market',
      queueUrl: aws.queueUrl,
      bucket: 'dead-letters',
      idempotencyTable: 'idempotency',
    }),
    telemetry,
    ...noControls(),
    now: Date.now,
    ...overrides,
  });

const context = (timeoutMs = 20_000): Context => {
  const end = Date.now() + timeoutMs;
  return { getRemainingTimeInMillis: () => end - Date.now(), functionName: 'test' } as Context;
};

let position = 0;
const eventOf = (...records: Buffer[]): KinesisStreamEvent => ({
  Records: records.map((data) => ({
    awsRegion: 'eu-west-1',
    eventID: `shardId-000000000000:${(position += 1)}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-test-market',
    eventVersion: '1.0',
    invokeIdentityArn: 'arn',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'p',
      sequenceNumber: String(position),
      data: data.toString('base64'),
      approximateArrivalTimestamp: morning / 1_000_000,
    },
  })),
});

const quoteBytes = (id: string, body: Readonly<Record<string, unknown>> = {}, at = morning): Buffer =>
  encoder.encode(
    'market-quote',
    {
      header: { source: 'market', sourceEventId: id, occurredAt: at, correlationId: `c-${id}` },
      symbol: 'EUR/USD',
      bid: 1.1,
      ask: 1.2,
      ...body,
    },
    { compression: 'none' },
  );

const received = async (): Promise<ParkedMessage[]> => {
  const messages: ParkedMessage[] = [];
  for (;;) {
    const { Messages = [] } = await aws.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: aws.queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
    );
    if (Messages.length === 0) return messages;
    messages.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as ParkedMessage));
  }
};

describe('every kind of bad input', () => {
  const good = quoteBytes('good');
  const text = (from: string, to: string): Buffer =>
    Buffer.from(quoteBytes('text').toString('latin1').replace(from, to), 'latin1');
  const kinds: readonly (readonly [string, string, () => Buffer])[] = [
    ['a frame cut short', 'truncated-frame', () => good.subarray(0, 17)],
    ['an empty record', 'truncated-frame', () => Buffer.alloc(0)],
    ['JSON without a frame', 'foreign-frame', () => Buffer.from('{"symbol":"EUR/USD"}')],
    ['another compression', 'unknown-compression', () => Buffer.from([3, 9, ...good.subarray(2)])],
    ['bytes that are no zlib stream', 'broken-compression', () => Buffer.from([3, 5, ...good.subarray(2)])],
    [
      'a decompression bomb',
      'decompression-bomb',
      () => buildFrame('6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a01', Buffer.alloc(1_000_000), 'zlib'),
    ],
    [
      'an unknown schema',
      'unknown-schema',
      () => buildFrame('00000000-0000-4000-8000-000000000000', Buffer.from('x'), 'none'),
    ],
    ['a datum cut short', 'undecodable', () => good.subarray(0, good.length - 3)],
    ['a datum with something behind it', 'undecodable', () => Buffer.concat([good, Buffer.from([0])])],
    ['a broken rule', 'broken-rule', () => quoteBytes('rule', { bid: 2, ask: 1 })],
    ['a correlation id that SQS would refuse', 'broken-rule', () => quoteBytes('\uFFFF')],
    ['a time ahead of us', 'broken-rule', () => quoteBytes('ahead', {}, (Date.now() + 3_600_000) * 1000)],
    ['a time beyond the horizon', 'too-old', () => quoteBytes('old', {}, Date.UTC(2020, 0, 1) * 1000)],
    ['a record that is too large', 'too-large', () => quoteBytes('large', { symbol: 'x'.repeat(11_000) })],
    ['text that is not UTF-8', 'invalid-text', () => text('EUR', '\xff\xfe\xfd')],
    ['U+0000 in text', 'invalid-text', () => text('EUR', 'E\u0000R')],
    ['the same key with other content', 'conflict', () => quoteBytes('good', { ask: 1.3 })],
  ];

  it.each(kinds)('%s is parked as %s, and the rest of the batch is stored', async (_, reason, bytes) => {
    const bad = bytes();
    const event = eventOf(quoteBytes('before'), good, bad, quoteBytes('behind'));
    expect(await handlerOn()(event, context())).toEqual({ batchItemFailures: [] });
    const { events } = await readTables(world.owner);
    expect(events.map((row) => row['source_event_id'])).toEqual(['before', 'behind', 'good']);
    const [message, ...others] = await received();
    expect(others).toEqual([]);
    expect(message).toMatchObject({ reason, source: 'market', position: { sequenceNumber: String(position - 1) } });
    expect(Buffer.from(message?.bytes ?? '', 'base64').equals(bad)).toBe(true);
    expect(counts).toMatchObject({ EventsIn: 4, Stored: 3, [`Rejected/${reason}`]: 1 });
  });

  it('is parked once, though the batch is delivered again', async () => {
    const event = eventOf(Buffer.from('garbage'), quoteBytes('one'));
    await handlerOn()(event, context());
    await handlerOn()(event, context());
    expect((await received()).length).toBe(1);
    expect(counts).toMatchObject({ Stored: 1, Duplicates: 1, 'Rejected/foreign-frame': 2 });
  });
});

describe('an outage', () => {
  const closed = (code: string): Database =>
    createDatabase(() => Promise.reject(Object.assign(new Error('connect failed'), { code })));

  it('of the database parks nothing: the batch is answered from its first record, after retries that are counted', async () => {
    const event = eventOf(quoteBytes('one'), quoteBytes('two'));
    const answer = await handlerOn(closed('ECONNREFUSED'))(event, context(600));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: String(position - 1) }] });
    expect(await received()).toEqual([]);
    expect(counts['Retries/store connection']).toBeGreaterThan(0);
    expect(counts['Unfinished/store']).toBe(2);
  });

  it('of the registry keeps nothing waiting but what needs it, and parks none of that, however old', async () => {
    const ahead = buildFrame('00000000-0000-4000-8000-000000000001', Buffer.from('x'), 'none');
    const down = () => Promise.reject(new UnavailableError('registry', 'the registry did not answer'));
    const decoder = createDecoder({
      subjects: Object.keys(market.enrichers),
      schemaIds,
      registry: { find: down },
      maxRecordBytes: 10_000,
      maxInflatedBytes: 40_000,
      now: () => morning / 1000 + 3_600_000,
    });
    const event = eventOf(quoteBytes('one'), Buffer.from('garbage'), ahead, quoteBytes('behind'));
    const answer = await handlerOn(world.database(), { decoder })(event, context(10_000));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: String(position - 1) }] });
    expect((await received()).map(({ reason }) => reason)).toEqual(['foreign-frame']);
    expect(counts).toMatchObject({ Stored: 2, 'Rejected/foreign-frame': 1, 'Unfinished/registry': 1 });
    expect(counts['Retries/registry']).toBeGreaterThan(0);
  });

  it('of the database leaves rejects the time to be parked', async () => {
    const event = eventOf(Buffer.from('garbage'), quoteBytes('one'));
    const answer = await handlerOn(closed('ECONNREFUSED'))(event, context(10_000));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: String(position) }] });
    expect((await received()).map(({ reason }) => reason)).toEqual(['foreign-frame']);
    expect(counts).toMatchObject({ 'Rejected/foreign-frame': 1, 'Unfinished/store': 1 });
  });

  it('that ends within the invocation costs nothing but the retries', async () => {
    const real = world.database();
    let failures = 2;
    const flaky: Database = {
      ...real,
      query: (...args) => {
        if (failures-- > 0) return Promise.reject(Object.assign(new Error('deadlock'), { code: '40P01' }));
        return real.query(...args);
      },
    };
    expect(await handlerOn(flaky)(eventOf(quoteBytes('one')), context())).toEqual({ batchItemFailures: [] });
    expect(counts).toMatchObject({ Stored: 1, 'Retries/store 40P01': 2 });
  });

  it('of rights halts: the first record is answered, at once', async () => {
    const event = eventOf(Buffer.from('garbage'), quoteBytes('one'));
    const answer = await handlerOn(closed('28000'))(event, context());
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: String(position - 1) }] });
    expect(await received()).toEqual([]);
    expect(Object.keys(counts).filter((name) => name.startsWith('Retries'))).toEqual([]);
  });
});
