import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClients, type Clients } from '../../../local/resources/clients.ts';
import {
  createBucketNotifier,
  type RunningNotifier,
} from '../../../local/services/bucket-notifications/bucket-notifier.ts';
import { startNodeService, type NodeService } from '../../../local/services/process/node-service.ts';
import { Teardown } from '../../../local/teardown.ts';
import { eventually } from '../support/processes.ts';
import { startDetour, type Detour } from '../support/queue-consumer.ts';

const none = { kinesis: '', dynamodb: '', glue: '', secretsmanager: '', scheduler: '', monitoring: '', lambda: '' };
const QueueUrl = 'http://127.0.0.1/000000000000/given-up';

let dir: string;
let teardown: Teardown;
let service: NodeService;
let detour: Detour;
let clients: Clients;
let complaints: string[];
let told: string[];

/** The services of a data folder, once more. */
const startServices = async (): Promise<void> => {
  service = await startNodeService('fauxqs', 'fauxqs.ts', join(dir, 'services'));
  teardown.add(() => service.stop());
  detour = await startDetour(service.endpoint);
  teardown.add(() => detour.takeAway());
  clients = createClients({ ...none, sqs: detour.endpoint, s3: detour.endpoint }, 'eu-west-1');
  teardown.add(() => clients.destroy());
};

beforeEach(async () => {
  teardown = new Teardown();
  complaints = [];
  told = [];
  dir = await mkdtemp(join(tmpdir(), 'millrace-notifier-'));
  teardown.add(() => rm(dir, { recursive: true }));
  await startServices();
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'give-ups' }));
  await clients.sqs.send(new CreateQueueCommand({ QueueName: 'given-up' }));
});
afterEach(() => teardown.run());

const put = (key: string) => clients.s3.send(new PutObjectCommand({ Bucket: 'give-ups', Key: key, Body: key }));

const start = async (): Promise<RunningNotifier> => {
  const notifier = createBucketNotifier({
    s3: clients.s3,
    sqs: clients.sqs,
    sqsEndpoint: detour.endpoint,
    region: 'eu-west-1',
    dataDir: dir,
    complain: (message) => complaints.push(message),
  });
  notifier.add({
    id: 'config',
    bucket: 'give-ups',
    prefix: 'aws/lambda/',
    queueArn: 'arn:aws:sqs:eu-west-1:000000000000:given-up',
  });
  teardown.add(() => notifier.stop());
  await notifier.start();
  return notifier;
};

/** Takes what the queue has: `s3:TestEvent`, or keys. */
const take = async (): Promise<readonly string[]> => {
  const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  for (const { Body = '', ReceiptHandle } of Messages) {
    const event = JSON.parse(Body) as { Event?: string; Records?: [{ s3: { object: { key: string } } }] };
    told.push(event.Event ?? event.Records?.[0].s3.object.key ?? '');
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }
  return told;
};

const waiting = async (): Promise<number> => {
  const { Attributes } = await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return Number(Attributes?.['ApproximateNumberOfMessages']);
};

describe('a bucket with a notification', () => {
  it('tells the queue of new objects under the prefix, and of no others; after a restart of what was missed', async () => {
    await put('aws/lambda/before');
    await put('elsewhere/before');
    const first = await start();
    await eventually('the queue is told', async () => (await take()).includes('aws/lambda/before'));
    await put('aws/lambda/with a space');
    await eventually('the queue is told', async () => (await take()).includes('aws/lambda/with+a+space'));
    await first.stop();
    await put('aws/lambda/missed');
    await put('elsewhere/missed');
    await detour.takeAway();
    await service.stop();
    await startServices();
    await start();
    await eventually('the queue is told', async () => (await take()).includes('aws/lambda/missed'));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await take()).toEqual(['s3:TestEvent', 'aws/lambda/before', 'aws/lambda/with+a+space', 'aws/lambda/missed']);
    expect(complaints).toEqual([]);
  });

  it('tells of everything once services that were away are back', async () => {
    await start();
    await eventually('the queue is told', async () => (await take()).length === 1);
    await put('aws/lambda/just-before');
    await detour.takeAway();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await detour.bringBack();
    await put('aws/lambda/after');
    await eventually('the queue is told', async () => (await take()).includes('aws/lambda/after'));
    expect(await take()).toContain('aws/lambda/just-before');
    expect(complaints.length).toBeLessThanOrEqual(1);
  });

  it('tells of every object of a bucket with more than a page of them, in whatever order their keys are', async () => {
    const keys = Array.from({ length: 1_040 }, (_, n) => `aws/lambda/${['a', 'B', '_', 'z', 'Z'][n % 5]}-${n}`);
    for (let from = 0; from < keys.length; from += 40) await Promise.all(keys.slice(from, from + 40).map(put));
    const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket: 'give-ups' }));
    expect(Contents.map(({ Key }) => Key)).toEqual([...keys].sort().slice(0, 1_000));
    await start();
    await eventually(
      'the queue is told of each, and got the test event',
      async () => (await waiting()) === 1_041,
      90_000,
    );
  });
});
