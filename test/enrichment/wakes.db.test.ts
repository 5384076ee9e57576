import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWakeStore } from '../../lambdas/enrichment/wake-store.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { instanceOf } from './support/held-world.ts';
import { context, delivery, quoteBytes } from './support/market-stream.ts';

let world: TestDatabase;
let aws: AwsServices;
let wakeUrl = '';

beforeAll(async () => {
  [world, aws] = await Promise.all([createTestDatabase(), startAwsServices()]);
  ({ QueueUrl: wakeUrl = '' } = await aws.sqs.send(new CreateQueueCommand({ QueueName: 'wake' })));
});
afterAll(() => Promise.all([world.drop(), aws.stop()]));
beforeEach(async () => {
  await world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox');
});

const wakes = async (): Promise<string[]> => {
  const received = new ReceiveMessageCommand({ QueueUrl: wakeUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 });
  const { Messages = [] } = await aws.sqs.send(received);
  return Messages.map(({ Body = '' }) => Body);
};
const enrichTo = (url: string) => {
  const counts: Record<string, number> = {};
  const telemetry = {
    countByReason: (metric: string, reason: string, n: number) =>
      void (counts[`${metric} ${reason}`] = (counts[`${metric} ${reason}`] ?? 0) + n),
    warn() {},
  };
  const store = createWakeStore(aws.sqs, url, telemetry, Date.now);
  const { enrich } = instanceOf({ aws, database: world.database(), overrides: { wakes: store } });
  return { enrich, counts };
};
const euro = (id: string) => quoteBytes(id);
const yen = (id: string) => quoteBytes(id, { symbol: 'USD/JPY' });
const batch = [euro('a'), yen('b'), euro('c'), quoteBytes('wrong', { bid: 9 })];

describe('a batch', () => {
  it('wakes the relay with one message for the channels of what is valid', async () => {
    const { enrich } = enrichTo(wakeUrl);
    expect(await enrich(delivery(0, 1, batch), context(20_000))).toEqual({ batchItemFailures: [] });
    expect(await wakes()).toEqual(['{"channels":["market/quotes/EUR--USD","market/quotes/USD--JPY"]}']);
  });

  it('wakes it again when it is redelivered and inserts nothing', async () => {
    const { enrich } = enrichTo(wakeUrl);
    await enrich(delivery(0, 11, batch), context(20_000));
    await wakes();
    await enrich(delivery(0, 11, batch), context(20_000));
    expect(await wakes()).toHaveLength(1);
  });

  it('is finished where the relay could not be woken: its events are in the outbox, and that is counted', async () => {
    const { enrich, counts } = enrichTo(`${wakeUrl}-that-is-not-there`);
    expect(await enrich(delivery(0, 21, batch), context(20_000))).toEqual({ batchItemFailures: [] });
    expect(counts).toEqual({ 'WakesFailed wake-queue': 1 });
    const { rows } = await world.owner.query('SELECT source_event_id FROM millrace.outbox ORDER BY 1');
    expect(rows.map(({ source_event_id: id }) => id)).toEqual(['b', 'c']);
  });

  it('wakes nobody where everything in it is wrong', async () => {
    const { enrich } = enrichTo(wakeUrl);
    await enrich(delivery(0, 31, batch.slice(3)), context(20_000));
    expect(await wakes()).toEqual([]);
  });
});
