import type { KinesisStreamBatchResponse } from 'aws-lambda';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SourceDefinition } from '../../lambdas/enrichment/source.ts';
import { source as market } from '../../lambdas/enrichment/sources/market.ts';
import { createDatabase, type Database } from '../../lambdas/shared/database/connection.ts';
import { RejectedRecordError } from '../../lambdas/shared/errors/platform-error.ts';
import { createHoldStore, type HoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import { startAwsServices, type AwsServices } from '../support/aws-services.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { clearControls, instanceOf, receiveAll, wayTo } from './support/held-world.ts';
import { context, delivery, foreignBytes, quoteBytes } from './support/market-stream.ts';

let world: TestDatabase;
let aws: AwsServices;
let holds: HoldStore;
let way: Awaited<ReturnType<typeof wayTo>>;

beforeAll(async () => {
  [world, aws] = await Promise.all([createTestDatabase(), startAwsServices()]);
  holds = createHoldStore(aws.dynamodb, 'controls');
  const { host = '', port = 0 } = await world.config('enrichment_market');
  way = await wayTo(host, port);
});
afterAll(async () => {
  await way.takeAway();
  await Promise.all([world.drop(), aws.stop()]);
});
beforeEach(async () => {
  await world.owner.query('TRUNCATE millrace.events, millrace.windows, millrace.outbox, millrace.probes');
  await clearControls(aws.dynamodb);
  await receiveAll(aws);
});

const instance = (options: Partial<Parameters<typeof instanceOf>[0]> = {}) =>
  instanceOf({ aws, database: world.database(), ...options });

const storedIds = async (): Promise<string[]> => {
  const { rows } = await world.owner.query<{ id: string }>(
    'SELECT source_event_id AS id FROM millrace.events ORDER BY 1',
  );
  return rows.map(({ id }) => id);
};
const from = ({ batchItemFailures }: KinesisStreamBatchResponse): string | undefined =>
  batchItemFailures[0]?.itemIdentifier;
const halting = {
  source: 'market',
  cause: 'halt',
  reason: 'reader',
  why: 'a test',
  by: 'test',
  from: {},
  at: 'T',
} as const;
const release = { source: 'market', number: 1, by: 'test', why: 'fixed', at: 'T' } as const;

/** The enricher of a bad deploy: it rejects whatever comes. */
const bad: SourceDefinition = {
  ...market,
  enrichers: {
    'market-quote': () => {
      throw new RejectedRecordError('broken-rule', 'enrich', 'bid: must be what it never is');
    },
  },
};

describe('a bad deploy', () => {
  it('is held on both its shards before fifty records are parked, and after the fix nothing is missing', async () => {
    const records = [0, 1].map((shard) => Array.from({ length: 300 }, (_, n) => quoteBytes(`${shard}-${n}`)));
    const at = [0, 0];
    const turn = async (
      shard: number,
      { enrich }: ReturnType<typeof instance>,
      size: number,
      timeoutMs = 20_000,
    ): Promise<void> => {
      const first = at[shard] ?? 0;
      const batch = (records[shard] ?? []).slice(first, first + size);
      if (batch.length === 0) return;
      const answer = from(await enrich(delivery(shard, 1000 + first, batch), context(timeoutMs)));
      at[shard] = answer === undefined ? first + batch.length : Number(answer) - 1000;
    };

    const before = [instance(), instance()];
    for (const shard of [0, 1]) await turn(shard, before[shard]!, 210);
    const deployed = [0, 1].map(() => instance({ deployment: 'bad', overrides: { source: bad } }));
    for (let n = 0; n < 6; n += 1) for (const shard of [0, 1]) await turn(shard, deployed[shard]!, 7, 600);
    const parked = await receiveAll(aws);
    expect(parked.length).toBeLessThan(50);
    expect(await holds.read('market')).toMatchObject({ standing: true, cause: 'rejects', reason: 'broken-rule' });
    const stopped = [...at];
    for (let n = 0; n < 3; n += 1) for (const shard of [0, 1]) await turn(shard, deployed[shard]!, 50, 600);
    expect(at).toEqual(stopped);
    expect(await receiveAll(aws)).toEqual([]);

    expect(await holds.release(release)).toBe(true);
    const fixed = instance({ deployment: 'fixed' });
    for (let n = 0; n < 6; n += 1) for (const shard of [0, 1]) await turn(shard, fixed, 50);
    expect(at).toEqual([300, 300]);
    expect((await storedIds()).length + parked.length).toBe(600);
  });
});

describe('while a hold stands', () => {
  it('nothing is decoded, stored or parked, and the first record is answered', async () => {
    await holds.place(halting);
    const { enrich, counts } = instance({
      overrides: { decoder: { decodeBatch: () => Promise.reject(new Error('decoded under a hold')) } },
    });
    const startedAt = Date.now();
    const event = delivery(0, 1, [quoteBytes('one'), Buffer.from('garbage')]);
    expect(from(await enrich(event, context(600)))).toBe('1');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(290);
    expect(counts).toEqual({ Held: 2 });
    expect(await storedIds()).toEqual([]);
    expect(await receiveAll(aws)).toEqual([]);
  });

  it('a batch that waits goes on when it is released', async () => {
    await holds.place({ ...halting, cause: 'outage', reason: 'store' });
    const { enrich, counts } = instance();
    const answer = enrich(delivery(0, 1, [quoteBytes('one'), Buffer.from('garbage')]), context(20_000));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await holds.release(release);
    expect(from(await answer)).toBeUndefined();
    expect(await storedIds()).toEqual(['one']);
    expect((await receiveAll(aws)).length).toBe(1);
    expect(counts['Held']).toBeUndefined();
  });
});

describe('a healthy source', () => {
  it('pays for its hold with a read a second, and for its guard and its breakers with nothing', async () => {
    const counting = aws.connectTables();
    const requests: string[] = [];
    counting.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          requests.push(commandName ?? '');
          return next(args);
        },
      { step: 'initialize' },
    );
    const { enrich } = instance({ controls: counting });
    const batch = (n: number, size: number): Buffer[] =>
      Array.from({ length: size }, (_, m) => (m === 7 ? Buffer.from('garbage') : quoteBytes(`q${n}-${m}`)));
    await enrich(delivery(0, 10_000, batch(0, 300)), context(20_000));
    expect(requests).toEqual(['GetItemCommand', 'GetItemCommand', 'PutItemCommand']);
    requests.length = 0;
    const startedAt = Date.now();
    for (let n = 1; n <= 40; n += 1) await enrich(delivery(0, 10_000 + n * 1_000, batch(n, 50)), context(20_000));
    expect(requests.length).toBeLessThanOrEqual(Math.ceil((Date.now() - startedAt) / 1000));
    expect(requests.filter((name) => name !== 'GetItemCommand')).toEqual([]);
    counting.destroy();
  });
});

describe('without the table of controls', () => {
  it('a batch goes on: what can be is stored, and what must be is parked', async () => {
    const away = aws.connectTables();
    away.middlewareStack.add(() => () => Promise.reject(new Error('ECONNREFUSED')), { step: 'initialize' });
    const { enrich, counts } = instance({ controls: away });
    const startedAt = Date.now();
    for (let n = 0; n < 3; n += 1) {
      const event = delivery(0, 101 + n * 2, [quoteBytes(`q${n}`), Buffer.from('garbage')]);
      expect(from(await enrich(event, context(5_000)))).toBeUndefined();
    }
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    expect(await storedIds()).toEqual(['q0', 'q1', 'q2']);
    expect((await receiveAll(aws)).length).toBe(3);
    expect(counts).toMatchObject({ 'ControlsUnknown/hold': 1, 'ControlsUnknown/verdicts': 1 });
  });

  it('a storm is held back all the same, and its lane waits', async () => {
    const away = aws.connectTables();
    away.middlewareStack.add(() => () => Promise.reject(new Error('ECONNREFUSED')), { step: 'initialize' });
    const { enrich, counts } = instance({ controls: away, overrides: { source: bad } });
    const startedAt = Date.now();
    const batch = Array.from({ length: 30 }, (_, n) => quoteBytes(`q${n}`));
    expect(from(await enrich(delivery(0, 201, batch), context(1_000)))).toBe('201');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(490);
    expect(await receiveAll(aws)).toEqual([]);
    expect(counts).toMatchObject({ 'Unfinished/held': 30, 'HoldsNotPlaced/controls': 2 });
  });
});

const allOk = {
  store: 'ok',
  registry: 'ok',
  'entity-state': 'ok',
  idempotency: 'ok',
  'dead-letter-bucket': 'ok',
  'parked-queue': 'ok',
};

describe('a halt', () => {
  it('holds its source at once, from the first record of its batch', async () => {
    await world.owner.query('REVOKE INSERT ON millrace.events FROM millrace_enrichment');
    const first = instance();
    expect(from(await first.enrich(delivery(0, 5, [quoteBytes('one')]), context(10_000)))).toBe('5');
    expect(await holds.read('market')).toMatchObject({
      standing: true,
      cause: 'halt',
      reason: 'store',
      by: 'millrace-test-enrichment-market',
      from: { 'shardId-000000000000': '5' },
    });
    expect(first.counts).toMatchObject({ 'HoldsPlaced/halt': 1 });
    // What halted a batch halts the probe, though the table of probes could be written.
    expect(await instance().probe({ probe: true, Records: [] })).toMatchObject({
      dependencies: { store: 'SQLSTATE 42501', 'entity-state': 'ok', 'parked-queue': 'ok' },
      halted: 'store',
    });
    await world.owner.query('GRANT INSERT ON millrace.events TO millrace_enrichment');
    expect(await instance().probe({ probe: true, Records: [] })).toMatchObject({ halted: null });
  });
});

describe('an outage of the database', () => {
  const throughTheWay = (): Database =>
    createDatabase(async (timeoutMs) => {
      const config = await world.config('enrichment_market');
      const client = new pg.Client({ ...config, port: way.port, connectionTimeoutMillis: timeoutMs });
      await client.connect();
      return client;
    });

  it('holds its source once it has lasted, parks nothing of it, and is over when a probe is answered', async () => {
    const database = throughTheWay();
    const { enrich, probe, counts } = instance({ database, holdAfterSeconds: 1 });
    expect(from(await enrich(delivery(0, 1, [quoteBytes('before')]), context(5_000)))).toBeUndefined();
    await way.takeAway();
    const event = delivery(0, 2, [quoteBytes('one'), quoteBytes('two')]);
    let attempts = 0;
    while (!(await holds.read('market'))?.standing && attempts < 10) {
      expect(from(await enrich(event, context(1_600)))).toBe('2');
      attempts += 1;
    }
    expect(attempts).toBeLessThan(5);
    expect(await holds.read('market')).toMatchObject({
      cause: 'outage',
      reason: 'store',
      from: { 'shardId-000000000000': '2' },
    });
    expect(counts['HoldsPlaced/outage']).toBe(1);
    expect((await probe({ probe: true, Records: event.Records })).dependencies['store']).not.toBe('ok');

    await way.giveBack();
    expect(await probe({ probe: true, Records: event.Records })).toEqual({
      dependencies: allOk,
      records: { valid: 2, waiting: 0, rejected: {} },
      halted: null,
    });
    await holds.release(release);
    expect(from(await enrich(event, context(5_000)))).toBeUndefined();
    expect(await storedIds()).toEqual(['before', 'one', 'two']);
    expect((await receiveAll(aws)).filter((message) => message['probe'] === undefined)).toEqual([]);
    await database.close();
  });
});

describe('a probe', () => {
  it('says what would become of the records, and leaves nothing behind but its marks', async () => {
    await holds.place(halting);
    const { probe } = instance();
    const records = [quoteBytes('one'), Buffer.from('garbage'), foreignBytes(), quoteBytes('two', { bid: 2, ask: 1 })];
    const event = { probe: true, Records: delivery(0, 1, records).Records } as const;
    expect(await probe(event)).toEqual({
      dependencies: allOk,
      records: { valid: 1, waiting: 1, rejected: { 'foreign-frame': 1, 'broken-rule': 1 } },
      halted: null,
    });
    expect(await storedIds()).toEqual([]);
    expect(await receiveAll(aws)).toEqual([{ probe: 'market' }]);
    const { rows } = await world.owner.query('SELECT source FROM millrace.probes');
    expect(rows).toEqual([{ source: 'market' }]);
  });

  it('tells a database that only reads from one that is there', async () => {
    const name = (await world.config('enrichment_market')).database;
    await world.owner.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const answer = await instance().probe({ probe: true, Records: [] });
    await world.owner.query('SET default_transaction_read_only = off');
    await world.owner.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    expect(answer.dependencies['store']).toBe('read-only');
    expect(answer.halted).toBeNull();
  });
});
