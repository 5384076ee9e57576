import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServices, type Services } from '../../../local/services/start-services.ts';
import { Teardown } from '../../../local/teardown.ts';

let dir: string;
let services: Services;
const failures: Error[] = [];
const teardown = new Teardown();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-away-'));
  await chmod(dir, 0o755);
  services = await startServices({ dataDir: dir, progress: () => {} }, teardown);
  void services.failed.then((error) => failures.push(error));
});
afterAll(async () => {
  await teardown.run();
  await rm(dir, { recursive: true });
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const settings = (endpoint: string) => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});

interface Written {
  readonly acknowledged: readonly string[];
  readonly refused: number;
}

/** Eight writers at once; the service is killed while they write, and is back for the second half. */
const writeThroughOutages = async (
  name: keyof Services['takeable'],
  write: (id: string) => Promise<unknown>,
): Promise<Written> => {
  const acknowledged: string[] = [];
  let refused = 0;
  const over = new AbortController();
  const writer = async (lane: number): Promise<void> => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      const id = `${lane}-${n}`;
      try {
        await write(id);
        acknowledged.push(id);
      } catch {
        refused += 1;
        await sleep(5);
      }
    }
  };
  const writers = Array.from({ length: 8 }, (_, lane) => writer(lane));
  for (let round = 0; round < 3; round += 1) {
    await sleep(300);
    await services.takeable[name].takeAway();
    await sleep(100);
    await services.takeable[name].bringBack();
  }
  await sleep(200);
  over.abort();
  await Promise.all(writers);
  return { acknowledged, refused };
};

const lost = ({ acknowledged }: Written, found: ReadonlySet<string>): string[] =>
  acknowledged.filter((id) => !found.has(id));

describe('a local service that is killed and started again keeps what it has acknowledged', () => {
  it('items', async () => {
    const client = new DynamoDBClient(settings(services.endpoints.dynamodb));
    await client.send(
      new CreateTableCommand({
        TableName: 'kept',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    await sleep(200);
    const written = await writeThroughOutages('dynamodb', (id) =>
      client.send(new PutItemCommand({ TableName: 'kept', Item: { id: { S: id } } })),
    );
    const found = new Set<string>();
    let from: Record<string, never> | undefined;
    do {
      const page = await client.send(
        new ScanCommand({ TableName: 'kept', ...(from ? { ExclusiveStartKey: from } : {}) }),
      );
      for (const { id } of page.Items ?? []) found.add(id?.S ?? '');
      from = page.LastEvaluatedKey as typeof from;
    } while (from);
    expect(written.refused).toBeGreaterThan(0);
    expect(written.acknowledged.length).toBeGreaterThan(100);
    expect(lost(written, found)).toEqual([]);
  });

  it('messages', async () => {
    const client = new SQSClient(settings(services.endpoints.sqs));
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'kept' }));
    const written = await writeThroughOutages('sqs', (id) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody: id })),
    );
    const found = new Set<string>();
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
      );
      if (Messages.length === 0) break;
      for (const { Body = '' } of Messages) found.add(Body);
    }
    expect(written.refused).toBeGreaterThan(0);
    expect(written.acknowledged.length).toBeGreaterThan(100);
    expect(lost(written, found)).toEqual([]);
  });

  it('objects', async () => {
    const client = new S3Client({ ...settings(services.endpoints.s3), forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'kept' }));
    const written = await writeThroughOutages('s3', (id) =>
      client.send(new PutObjectCommand({ Bucket: 'kept', Key: id, Body: `of ${id}` })),
    );
    const found = new Set<string>();
    for (const id of written.acknowledged) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'kept', Key: id }));
      if ((await Body?.transformToString()) === `of ${id}`) found.add(id);
    }
    expect(written.refused).toBeGreaterThan(0);
    expect(written.acknowledged.length).toBeGreaterThan(100);
    expect(lost(written, found)).toEqual([]);
  });

  it('rows', async () => {
    const admin = await services.postgres.admin();
    await admin.query('CREATE TABLE kept (id text PRIMARY KEY)');
    await admin.end();
    const lanes = new Map<string, pg.Client>();
    const connected = async (lane: string): Promise<pg.Client> => {
      const known = lanes.get(lane);
      if (known) return known;
      const client = await services.postgres.admin();
      client.on('error', () => lanes.delete(lane));
      lanes.set(lane, client);
      return client;
    };
    const written = await writeThroughOutages('postgres', async (id) => {
      const [lane = ''] = id.split('-');
      try {
        await (await connected(lane)).query('INSERT INTO kept VALUES ($1)', [id]);
      } catch (error) {
        lanes.delete(lane);
        throw error;
      }
    });
    const reader = await services.postgres.admin();
    const { rows } = await reader.query<{ id: string }>('SELECT id FROM kept');
    await Promise.all([reader, ...lanes.values()].map((client) => client.end()));
    expect(written.refused).toBeGreaterThan(0);
    expect(written.acknowledged.length).toBeGreaterThan(100);
    expect(lost(written, new Set(rows.map(({ id }) => id)))).toEqual([]);
  });

  it('and that was no failure of the run', () => {
    expect(failures).toEqual([]);
  });
});

describe('while a service is away', () => {
  const names = { dynamodb: 'dynamodb', sqs: 'sqs', s3: 's3', registry: 'glue' } as const;
  const answers = (endpoint: string): Promise<boolean> =>
    fetch(endpoint).then(
      () => true,
      () => false,
    );

  it.each(['dynamodb', 'sqs', 's3', 'registry'] as const)('%s refuses, and no other does', async (name) => {
    const all = Object.values(names);
    const up = async () => {
      const states = await Promise.all(all.map((service) => answers(services.endpoints[service])));
      return all.filter((_, n) => states[n]);
    };
    await services.takeable[name].takeAway();
    expect(await up()).toEqual(all.filter((service) => service !== names[name]));
    await services.takeable[name].bringBack();
    expect(await up()).toEqual(all);
  });
});
