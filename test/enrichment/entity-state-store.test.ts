import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEntityStateStore, newestOfEach } from '../../lambdas/enrichment/entity-state-store.ts';
import { enrichTrade } from '../../lambdas/enrichment/sources/market.ts';
import type { Resilient } from '../../lambdas/shared/resilience/retry.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { enrichedQuote, morning, record, trade } from '../support/events.ts';

const once: Resilient = (attempt) => attempt(5_000);
let aws: AwsServices;
beforeAll(async () => {
  aws = await startAwsServices();
});
afterAll(() => aws.stop());

const read = async (symbol: string, subject = 'market-quote'): Promise<Record<string, unknown> | undefined> =>
  (
    await DynamoDBDocumentClient.from(aws.dynamodb).send(
      new GetCommand({ TableName: 'entity-state', Key: { entity: `market:${symbol}`, subject } }),
    )
  ).Item;

const at = (n: number, symbol: string, seconds: number, id = `q${n}`) =>
  enrichedQuote(n, { symbol, bid: 1 + n / 100 }, { sourceEventId: id, occurredAt: morning + seconds * 1_000_000 });

describe('the latest state of an entity', () => {
  it('is the newest of a batch, whatever its order', async () => {
    const store = createEntityStateStore(aws.dynamodb, 'entity-state', 'market');
    expect(await store.project([at(1, 'A', 5), at(2, 'A', 9), at(3, 'A', 7)], once)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await read('A')).toMatchObject({
      sourceEventId: 'q2',
      occurredAt: morning + 9_000_000,
      state: { bid: 1.02 },
    });
  });

  it('is never overwritten by an older event, nor by the same one again', async () => {
    const store = createEntityStateStore(aws.dynamodb, 'entity-state', 'market');
    for (const event of [at(1, 'B', 9), at(2, 'B', 8), at(1, 'B', 9)]) {
      expect(await store.project([event], once)).toEqual([undefined]);
    }
    expect(await read('B')).toMatchObject({ sourceEventId: 'q1' });
  });

  it('goes by id where times are equal', async () => {
    const store = createEntityStateStore(aws.dynamodb, 'entity-state', 'market');
    await store.project([at(1, 'C', 9, 'b')], once);
    await store.project([at(2, 'C', 9, 'a')], once);
    expect(await read('C')).toMatchObject({ sourceEventId: 'b' });
    await store.project([at(3, 'C', 9, 'c')], once);
    expect(await read('C')).toMatchObject({ sourceEventId: 'c' });
  });

  it('is kept for each subject of an entity', async () => {
    const store = createEntityStateStore(aws.dynamodb, 'entity-state', 'market');
    const sale = trade({ symbol: 'D' });
    const event = { ...enrichTrade(sale), decoded: sale, position: record(1).position, arrivedAt: 0 };
    await store.project([at(1, 'D', 9), event], once);
    expect(await read('D')).toMatchObject({ state: { bid: 1.01 } });
    expect(await read('D', 'market-trade')).toMatchObject({ state: { price: 100 } });
  });

  it('that cannot be written is answered for every event of its entity, and for no other', async () => {
    const missing = createEntityStateStore(aws.dynamodb, 'no-such-table', 'market');
    const errors = await missing.project([at(1, 'E', 1), at(2, 'E', 2)], once);
    expect(errors.map((error) => error?.disposition)).toEqual(['halt', 'halt']);
  });

  it('can be written for every event that the rules let through', async () => {
    const store = createEntityStateStore(aws.dynamodb, 'entity-state', 'market');
    const extremes = [1e-100, 1e15, 0.1 + 0.2, 9.007199254740991e14, 5e-100];
    for (const [n, price] of extremes.entries()) {
      const event = enrichedQuote(
        n,
        { symbol: 'X', bid: price, ask: price, volume: price },
        { occurredAt: morning + n },
      );
      expect(await store.project([event], once)).toEqual([undefined]);
      expect(await read('X')).toMatchObject({ occurredAt: morning + n });
    }
  });

  it('takes one write per entity, however many events', () => {
    expect(newestOfEach([at(1, 'F', 1), at(2, 'F', 2), at(3, 'G', 1)]).size).toBe(2);
  });
});
