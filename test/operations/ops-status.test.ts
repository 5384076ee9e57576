import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseOptions } from '../../bin/ops/command.ts';
import { formatStatus, readStatus } from '../../bin/ops/status.ts';
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
let clients: { lambda: LambdaClient; cloudwatch: CloudWatchClient };

const arn = (name: string): string => `arn:aws:lambda:eu-west-1:000000000000:function:${name}`;
const count = (name: string, value: number, reason?: string): void => {
  const dimensions = { service: 'enrichment', source: 'market', ...(reason === undefined ? {} : { reason }) };
  metrics.put('Millrace', dimensions, name, value, 'Count', now.getTime() - 60_000);
};

beforeAll(async () => {
  const functions = functionsInMemory((name) => (payload) => {
    if (name !== 'millrace-test-operations-migrate-database') throw new Error(`unexpected call of ${name}`);
    if ((payload as { action: string }).action !== 'status') throw new Error('only the status was to be asked for');
    return { version: 3, pending: ['0004-drop-old.contract.sql'] };
  });
  for (const name of ['millrace-test-operations-migrate-database', 'millrace-test-enrichment-market']) {
    functions.define({ name, arn: arn(name) } as never);
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
  const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  clients = {
    lambda: new LambdaClient({ ...settings, endpoint: lambda.endpoint }),
    cloudwatch: new CloudWatchClient({ ...settings, endpoint: cloudwatch.endpoint }),
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
    pollers.setEnabled('u1', true);
  });

  it('reads as lines', async () => {
    expect(formatStatus(await readStatus(clients, 'test', 60, now)).split('\n')).toEqual([
      'test, last 60 min; database at migration 3, pending: 0004-drop-old.contract.sql',
      'market: mapping Enabled, lag 250 ms at most',
      '  stored 42, duplicates 1',
      '  retries: store 4',
      '  rejected: undecodable 5, conflict 1',
      '  to be delivered again: entity-state 2',
    ]);
  });

  it('says what is missing where nothing runs', () => {
    const migration = { version: 0, pending: [] };
    expect(formatStatus({ env: 'dev', sinceMinutes: 5, sources: [], migration })).toContain('no source has a mapping');
    const idle = {
      source: 'market',
      mapping: 'Enabled',
      lagMs: undefined,
      stored: 0,
      duplicates: 0,
      retries: {},
      rejected: {},
      unfinished: {},
    };
    expect(formatStatus({ env: 'dev', sinceMinutes: 5, sources: [idle], migration })).toContain(
      'lag unknown (no records)',
    );
  });
});

describe('the options of a command', () => {
  it('default to the local platform', () => {
    expect(parseOptions([])).toMatchObject({ env: 'local', json: false });
    expect(parseOptions(['--env', 'prod', '--json', 'contract'])).toMatchObject({
      env: 'prod',
      json: true,
      positionals: ['contract'],
    });
  });

  it.each([
    [['--env', 'production'], '--env: must be one of local, dev, staging, prod, is "production"'],
    [['--nonsense'], "Unknown option '--nonsense'"],
  ])('%o are refused with a sentence', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
