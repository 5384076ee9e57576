import { connect } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startNodeService, type NodeService } from '../../../local/services/process/node-service.ts';
import { eventually, isAlive, startParent } from '../support/processes.ts';

const settings = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};
const launchers = ['kinesalite', 'dynalite', 'fauxqs'] as const;

let dir: string;
const running: NodeService[] = [];
const start = async (name: string): Promise<NodeService> => {
  const service = await startNodeService(name, `${name}.ts`, join(dir, name));
  running.push(service);
  return service;
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-services-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
});
afterAll(() => rm(dir, { recursive: true }));

/** A client that goes away in the middle of its request, as a function does that is killed. */
const breakOff = (endpoint: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1', () => {
      socket.write('POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\nthe first bytes');
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    socket.on('error', () => {});
    socket.on('close', () => setTimeout(resolve, 100));
  });

describe.each(launchers)('%s in a process of its own', (name) => {
  it('outlives a client that goes away in the middle of a request', async () => {
    const { endpoint, pid } = await start(name);
    await breakOff(endpoint);
    expect(isAlive(pid)).toBe(true);
    expect((await fetch(endpoint)).status).toBeGreaterThan(0);
  });

  it('stops at once, also when it is told twice', async () => {
    const service = await start(name);
    const before = performance.now();
    await Promise.all([service.stop(), service.stop()]);
    await service.stop();
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(isAlive(service.pid)).toBe(false);
  });

  it('tells when it ends by itself', async () => {
    const service = await start(name);
    process.kill(service.pid, 'SIGKILL');
    await expect(service.ended).resolves.toBeDefined();
  });

  it('does not outlive a starter that is killed', async () => {
    const module = new URL('../../../local/services/process/node-service.ts', import.meta.url).href;
    const { parent, started } = await startParent(`
      const { startNodeService } = await import(${JSON.stringify(module)});
      await startNodeService('${name}', '${name}.ts', ${JSON.stringify(join(dir, `orphan-${name}`))});
      console.log('ready');`);
    expect(started).toHaveLength(1);
    parent.kill('SIGKILL');
    await eventually('it is gone', () => !started.some(isAlive));
  });
});

describe('a service that does not start', () => {
  it('says why', async () => {
    await writeFile(join(dir, 'a file'), '');
    await expect(startNodeService('kinesalite', 'kinesalite.ts', join(dir, 'a file'))).rejects.toThrow(
      /kinesalite did not start: [^]*EEXIST/,
    );
  });
});

const streams = ({ endpoint }: NodeService) =>
  new KinesisClient({ ...settings, endpoint, requestHandler: new NodeHttpHandler() });
const items = ({ endpoint }: NodeService) => new DynamoDBClient({ ...settings, endpoint });
const objects = ({ endpoint }: NodeService) => new S3Client({ ...settings, endpoint, forcePathStyle: true });

describe('what the services hold', () => {
  it('is there again after a restart: streams', async () => {
    const first = await start('kinesalite');
    await streams(first).send(new CreateStreamCommand({ StreamName: 'kept', ShardCount: 2 }));
    await first.stop();
    const again = await start('kinesalite');
    const { StreamDescriptionSummary: stream } = await streams(again).send(
      new DescribeStreamSummaryCommand({ StreamName: 'kept' }),
    );
    expect(stream?.OpenShardCount).toBe(2);
  });

  it('is there again after a restart: items', async () => {
    const key = { id: { S: 'a' } };
    const first = await start('dynalite');
    await items(first).send(
      new CreateTableCommand({
        TableName: 'kept',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    await eventually('the table is active', () =>
      items(first)
        .send(new PutItemCommand({ TableName: 'kept', Item: { ...key, n: { N: '7' } } }))
        .then(
          () => true,
          () => false,
        ),
    );
    await first.stop();
    const again = await start('dynalite');
    const { Item } = await items(again).send(new GetItemCommand({ TableName: 'kept', Key: key }));
    expect(Item).toEqual({ ...key, n: { N: '7' } });
  });

  it('is there again after a restart: objects', async () => {
    const first = await start('fauxqs');
    await objects(first).send(new CreateBucketCommand({ Bucket: 'kept' }));
    await objects(first).send(new PutObjectCommand({ Bucket: 'kept', Key: 'a/b', Body: 'text' }));
    await first.stop();
    const again = await start('fauxqs');
    const { Body } = await objects(again).send(new GetObjectCommand({ Bucket: 'kept', Key: 'a/b' }));
    expect(await Body?.transformToString()).toBe('text');
  });
});
