import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { formatStatus } from '../../bin/ops/format-status.ts';
import { readStatus } from '../../bin/ops/read-status.ts';
import type { OpsClients } from '../../bin/ops/aws.ts';
import { UnavailableError } from '../../lambdas/shared/errors/platform-error.ts';
import type { HoldStore } from '../../lambdas/shared/holds/hold-store.ts';
import type { Hold } from '../../lambdas/shared/holds/hold.ts';
import type { Readiness } from '../../lambdas/operations/readiness/readiness.ts';
import { createMetricsStore } from '../../local/services/cloudwatch/metrics-store.ts';
import { startCloudWatch } from '../../local/services/cloudwatch/start-cloudwatch.ts';
import { startLambda } from '../../local/services/lambda/start-lambda.ts';
import { Teardown } from '../../local/teardown.ts';
import type { KinesisMapping } from '../../local/world.ts';
import { functionsInMemory, pollersInMemory, queuePollersInMemory } from '../local/support/test-world.ts';

const now = new Date();
const teardown = new Teardown();
const metrics = createMetricsStore();
const pollers = pollersInMemory();
let clients: OpsClients;
const standing = new Map<string, Hold>();

const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

const arn = (name: string): string => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;
const count = (name: string, value: number, reason?: string, source = 'market'): void => {
  const dimensions = { service: 'enrichment', source, ...(reason === undefined ? {} : { reason }) };
  metrics.put('Millrace', dimensions, name, value, 'Count', now.getTime() - 60_000);
};

const readiness: Readiness = {
  ready: true,
  checkedAt: '2026-11-21T12:00:00.000Z',
  dependencies: [
    { name: 'millrace', kind: 'database', ok: true, latencyMs: 12 },
    { name: 'millrace-test-parked', kind: 'queue', ok: true, latencyMs: 3 },
  ],
  sources: [{ source: 'market', ok: true, lagMs: 250, maxLagSeconds: 60 }],
};
const broken = { readiness: false, migration: false, holds: false };
afterEach(() => Object.assign(broken, { readiness: false, migration: false, holds: false }));

beforeAll(async () => {
  const functions = functionsInMemory((name) => (payload) => {
    if (name === 'millrace-test-operations-check-readiness') {
      if (broken.readiness) throw new Error('it broke');
      return readiness;
    }
    if (broken.migration) throw new Error('no connection');
    if (name !== 'millrace-test-operations-migrate-database') throw new Error(`unexpected call of ${name}`);
    if ((payload as { action: string }).action !== 'status') throw new Error('only the status was to be asked for');
    return { version: 3, pending: ['0004-drop-old.contract.sql'] };
  });
  for (const name of ['operations-migrate-database', 'operations-check-readiness', 'enrichment-market']) {
    functions.define({ name: `millrace-test-${name}`, arn: arn(`millrace-test-${name}`) } as never);
  }
  const mapping = { batchSize: 500, batchingWindowMs: 0, maxAgeMs: 1_000, streamArn: 'arn:aws:kinesis:::stream/x' };
  for (const [uuid, name] of [
    ['u1', 'millrace-test-enrichment-market'],
    ['u2', 'somebody-elses-function'],
  ] as const) {
    pollers.add({ ...mapping, uuid, functionArn: arn(name), enabled: true } as KinesisMapping);
  }
  const [lambda, cloudwatch] = await Promise.all([
    startLambda({ functions, pollers, queuePollers: queuePollersInMemory() }),
    startCloudWatch({ metrics }),
  ]);
  teardown.add(() => Promise.all([lambda.stop(), cloudwatch.stop()]));
  clients = {
    lambda: new LambdaClient({ ...settings, endpoint: lambda.endpoint }),
    cloudwatch: new CloudWatchClient({ ...settings, endpoint: cloudwatch.endpoint }),
    holds: {
      read: async (source: string) => {
        if (broken.holds) throw new UnavailableError('controls', 'controls did not answer (TimeoutError)');
        return standing.get(source);
      },
    } as HoldStore,
  };
  teardown.add(() => {
    clients.lambda.destroy();
    clients.cloudwatch.destroy();
  });
  count('Stored', 40);
  count('Stored', 2);
  count('Duplicates', 1);
  count('Lag', 250);
  count('Lag', 90);
  count('Rejected', 3, 'undecodable');
  count('Rejected', 2, 'undecodable');
  count('Rejected', 1, 'conflict');
  count('Retries', 4, 'store');
  count('Unfinished', 2, 'entity-state');
});
afterAll(() => teardown.run());

describe('ops status', () => {
  it('tells of each source of the environment what CloudWatch and Lambda know, and of the database what the migration function knows', async () => {
    expect(await readStatus(clients, 'test', 60, now)).toEqual({
      env: 'test',
      sinceMinutes: 60,
      well: true,
      readiness,
      problems: [],
      sources: [
        {
          source: 'market',
          mapping: 'Enabled',
          lagMs: 250,
          stored: 42,
          duplicates: 1,
          retries: { store: 4 },
          rejected: { undecodable: 5, conflict: 1 },
          unfinished: { 'entity-state': 2 },
        },
      ],
      migration: { version: 3, pending: ['0004-drop-old.contract.sql'] },
    });
  });

  it('shows a mapping that is disabled', async () => {
    pollers.setEnabled('u1', false);
    const status = await readStatus(clients, 'test', 60, now);
    expect(status.sources[0]?.mapping).toBe('Disabled');
    expect(status.well).toBe(false);
    pollers.setEnabled('u1', true);
  });

  it('shows a hold that stands, and is not well while one does; one that has ended is no news', async () => {
    const hold: Hold = {
      source: 'market',
      number: 3,
      standing: true,
      cause: 'outage',
      reason: 'store',
      why: 'the store has been away for 60 s',
      by: 'millrace-test-enrichment-market',
      since: '2026-11-21T11:58:00.000Z',
      from: {},
      mappingDisabled: true,
      history: [],
    };
    standing.set('market', hold);
    const status = await readStatus(clients, 'test', 60, now);
    expect([status.well, status.sources[0]?.hold]).toEqual([false, hold]);
    const said = formatStatus(status);
    expect(said).toMatch(/^ready at .*; HELD: market$/m);
    expect(said).toMatch(/source +market +NOT OK +is held, and not read: npm run ops -- hold list market/);
    expect(formatStatus(status)).toContain(
      [
        'market: mapping Enabled, lag 250 ms at most',
        '  HELD since 2026-11-21 11:58:00Z (number 3): outage, store; by millrace-test-enrichment-market: the store has been away for 60 s',
        '  stored 42',
      ].join('\n'),
    );
    standing.set('market', { ...hold, standing: false });
    expect(await readStatus(clients, 'test', 60, now)).toMatchObject({ well: true });
    standing.clear();
  });

  it('says that the holds cannot be asked, and shows the rest', async () => {
    broken.holds = true;
    const status = await readStatus(clients, 'test', 60, now);
    expect(status).toMatchObject({ well: false, sources: [{ stored: 42 }] });
    expect(status.problems).toEqual(['the holds are not known: controls did not answer (TimeoutError)']);
  });

  it('reads as lines', async () => {
    expect(formatStatus(await readStatus(clients, 'test', 60, now)).split('\n')).toEqual([
      'ready at 2026-11-21T12:00:00.000Z',
      '  database  millrace              ok      12 ms',
      '  queue     millrace-test-parked  ok      3 ms',
      '  source    market                ok      lag 250 ms, 60 s are allowed',
      'test, last 60 min; database at migration 3, pending: 0004-drop-old.contract.sql',
      'market: mapping Enabled, lag 250 ms at most',
      '  stored 42, duplicates 1',
      '  retries: store 4',
      '  rejected: undecodable 5, conflict 1',
      '  to be delivered again: entity-state 2',
      'delivery: not measured lately; the sweep does so every minute',
    ]);
  });

  it('shows what waited to be published when the sweep last looked, in this environment', async () => {
    const swept = (name: string, value: number, minutesAgo: number, environment = 'test'): void =>
      metrics.put(
        'Millrace',
        { service: 'delivery', environment },
        name,
        value,
        'Count',
        now.getTime() - minutesAgo * 60_000,
      );
    swept('Unsent', 70, 3);
    swept('OldestUnsent', 9, 3);
    swept('Unsent', 12, 2);
    swept('OldestUnsent', 4, 2);
    swept('Unsent', 5_000, 1, 'prod');
    const status = await readStatus(clients, 'test', 60, now);
    expect(status.delivery).toMatchObject({ unsent: 12, oldestUnsentSeconds: 4 });
    expect(status.well).toBe(true);
    expect(formatStatus(status)).toMatch(
      /^delivery: 12 wait to be published, the oldest for 4 s; measured at \d\d:\d\dZ$/m,
    );
    const nothing = {
      ...status,
      delivery: { unsent: 0, oldestUnsentSeconds: 0, measuredAt: '2026-11-21T19:30:00.000Z' },
    };
    expect(formatStatus(nothing)).toContain('\ndelivery: 0 wait to be published; measured at 19:30Z');
    expect((await readStatus(clients, 'dev', 60, now)).delivery).toBeUndefined();
  });

  it('shows what is in the way of readiness, and is not well', async () => {
    const [database, queue] = readiness.dependencies;
    const notReady: Readiness = {
      ...readiness,
      ready: false,
      dependencies: [database!, { ...queue!, ok: false, problem: 'is not there (QueueDoesNotExist): check its name' }],
      sources: [
        { source: 'market', ok: true, lagMs: 'no records', maxLagSeconds: 60 },
        { source: 'social', ok: false, maxLagSeconds: 60, problem: 'its mapping is Disabled' },
      ],
    };
    const status = { env: 'dev', sinceMinutes: 5, well: false, readiness: notReady, sources: [], problems: [] };
    expect(formatStatus(status).split('\n').slice(0, 5)).toEqual([
      'NOT READY at 2026-11-21T12:00:00.000Z',
      '  database  millrace              ok      12 ms',
      '  queue     millrace-test-parked  NOT OK  is not there (QueueDoesNotExist): check its name',
      '  source    market                ok      no records lately, 60 s are allowed',
      '  source    social                NOT OK  its mapping is Disabled',
    ]);
  });

  it('is not well where readiness says no, though every mapping is enabled', async () => {
    Object.assign(readiness, { ready: false });
    expect((await readStatus(clients, 'test', 60, now)).well).toBe(false);
    Object.assign(readiness, { ready: true });
  });

  it('says that readiness or the version cannot be asked, and shows the rest', async () => {
    Object.assign(broken, { readiness: true, migration: true });
    const status = await readStatus(clients, 'test', 60, now);
    expect(status.well).toBe(false);
    expect(status).not.toHaveProperty('readiness');
    expect(status.sources[0]).toMatchObject({ source: 'market', stored: 42 });
    const lines = formatStatus(status).split('\n');
    expect(lines.slice(0, 4).toSorted()).toEqual([
      'PROBLEM  readiness is not known, millrace-test-operations-check-readiness cannot be invoked: the readiness function failed: it broke',
      'PROBLEM  the database’s version is not known: the migration function failed: no connection',
      'market: mapping Enabled, lag 250 ms at most',
      'test, last 60 min; version of the database unknown',
    ]);
  });

  it('shows the readiness where nothing else can be asked', async () => {
    const nowhere = new CloudWatchClient({ ...settings, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 });
    const status = await readStatus({ ...clients, cloudwatch: nowhere }, 'test', 60, now);
    nowhere.destroy();
    expect(status.well).toBe(false);
    expect(status.readiness).toEqual(readiness);
    expect(status.problems).toEqual([expect.stringMatching(/^the counts are not known: .*ECONNREFUSED/)]);
    expect(formatStatus(status)).toContain('market: mapping Enabled');
    expect(formatStatus(status)).not.toContain('stored');
  });

  it('knows no function in an environment that is not deployed, and says what to do', async () => {
    const status = await readStatus(clients, 'dev', 60, now);
    expect(status.well).toBe(false);
    expect(status.problems.join()).toContain('millrace-dev-operations-check-readiness');
    expect(status.problems).toContain('no source has a mapping: is the enrichment stack deployed?');
    expect(formatStatus(status)).toContain('PROBLEM  no source has a mapping');
  });

  it('counts by source and reason however many there are', async () => {
    const sources = Array.from({ length: 60 }, (_, n) => `source-${n}`);
    const mappings = sources.map((source) => ({
      uuid: source,
      functionArn: arn(`millrace-many-enrichment-${source}`),
    }));
    for (const mapping of mappings) pollers.add({ ...mapping, enabled: true, maxAgeMs: -1 } as KinesisMapping);
    for (const [index, source] of sources.entries()) {
      for (let reason = 0; reason < 10; reason++) count('Rejected', index + reason, `reason-${reason}`, source);
    }
    const status = await readStatus(clients, 'many', 60, now);
    expect(status.sources).toHaveLength(60);
    for (const [index, source] of sources.entries()) {
      const { rejected } = status.sources.find((each) => each.source === source) ?? {};
      expect(Object.values(rejected ?? {})).toEqual(Array.from({ length: 10 }, (_, reason) => index + reason));
    }
  });
});
