import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnrichedEvent } from '../../lambdas/enrichment/event.ts';
import { createEventStore, type EventStore, type Outcome } from '../../lambdas/enrichment/event-store.ts';
import { enrichQuote } from '../../lambdas/enrichment/sources/market.ts';
import { PlatformError } from '../../lambdas/shared/errors/platform-error.ts';
import type { DecodedEvent } from '../../lambdas/shared/serde/decoder.ts';
import type { KnownSchema } from '../../lambdas/shared/serde/known-schema.ts';
import { knownSchemas } from '../../lambdas/shared/serde/known-schemas.generated.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { header, record } from '../support/events.ts';
import { nextVersion, startDeploy, type Deploy } from './deploy-world.ts';

const older = knownSchemas.find(({ subject }) => subject === 'market-quote') as KnownSchema;
const newer = nextVersion(older, [{ name: 'venue', type: 'string', default: '' }]);
const both = [older, newer];

const nameOf = (outcome: Outcome | undefined): string =>
  outcome instanceof PlatformError ? outcome.reason : String(outcome);

describe('an event that is sent again while a schema is deployed', () => {
  let database: TestDatabase;
  let store: EventStore;
  let deploy: Deploy;
  beforeAll(async () => {
    database = await createTestDatabase();
    store = createEventStore(database.database(), 'market', [2]);
    deploy = await startDeploy(older.subject);
    await deploy.register(older);
    await deploy.register(newer);
  });
  afterAll(async () => {
    await deploy.stop();
    await database.drop();
  });

  const quote = (id: string, more: object = {}) => ({
    header: header({ sourceEventId: id }),
    symbol: 'EUR/USD',
    bid: 1.1,
    ask: 1.2,
    volume: 0,
    ...more,
  });
  let position = 0;
  const enriched = (decoded: DecodedEvent): EnrichedEvent => ({
    ...enrichQuote(decoded),
    decoded,
    position: record((position += 1)).position,
    arrivedAt: 0,
  });
  /** What becomes of the records, each read by that reader. */
  const send = async (...records: readonly (readonly [bytes: Buffer, reader: readonly KnownSchema[]])[]) => {
    const outcomes: string[] = [];
    for (const [bytes, reader] of records) {
      const event = await deploy.reader(reader)(bytes);
      const [outcome] = await store.record([enriched(event)], (attempt) => attempt(10_000));
      outcomes.push(nameOf(outcome));
    }
    return outcomes;
  };

  it('is a duplicate, whoever has sent and whoever has read it first', async () => {
    const fromOld = (id: string) => deploy.producer([older])(quote(id));
    const fromNew = (id: string) => deploy.producer(both)(quote(id));
    expect(await send([fromOld('a'), [older]], [fromNew('a'), both])).toEqual(['stored', 'duplicate']);
    expect(await send([fromNew('b'), both], [fromOld('b'), [older]])).toEqual(['stored', 'duplicate']);
    expect(await send([fromNew('c'), [older]], [fromNew('c'), both])).toEqual(['stored', 'duplicate']);
  });

  it('is a conflict where the new producer says more than the old one: the first stays', async () => {
    const fromOld = deploy.producer([older])(quote('d'));
    const fromNew = deploy.producer(both)(quote('d', { venue: 'LSE' }));
    expect(await send([fromOld, [older]], [fromNew, both], [fromNew, [older]])).toEqual([
      'stored',
      'conflict',
      'conflict',
    ]);
  });
});
