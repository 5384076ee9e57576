import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClients, type Clients } from '../../../local/resources/clients.ts';
import {
  createQueuePollerHost,
  type RunningQueuePollers,
} from '../../../local/runtime/queue-poller/queue-poller-host.ts';
import { startNodeService, type NodeService } from '../../../local/services/process/node-service.ts';
import { Teardown } from '../../../local/teardown.ts';
import type { FunctionSpec, QueueMapping } from '../../../local/world.ts';
import { eventually } from '../support/processes.ts';
import { queueMapping, startConsumer, startDetour, type Consumer, type Detour } from '../support/queue-consumer.ts';

let service: NodeService;
let detour: Detour;
let clients: Clients;
let consumer: Consumer;
let complaints: string[];
let teardown: Teardown;

const none = { kinesis: '', dynamodb: '', glue: '', secretsmanager: '', scheduler: '', monitoring: '', lambda: '' };

beforeEach(async () => {
  teardown = new Teardown();
  complaints = [];
  const dir = await mkdtemp(join(tmpdir(), 'millrace-queue-'));
  teardown.add(() => rm(dir, { recursive: true }));
  service = await startNodeService('fauxqs', 'fauxqs.ts', join(dir, 'queues'));
  teardown.add(() => service.stop());
  detour = await startDetour(service.endpoint);
  teardown.add(() => detour.takeAway());
  clients = createClients({ ...none, sqs: detour.endpoint, s3: detour.endpoint }, 'eu-west-1');
  teardown.add(() => clients.destroy());
  consumer = await startConsumer(dir);
  teardown.add(() => consumer.functions.stop());
});
afterEach(() => teardown.run());

const url = (queue: string): string => `${service.endpoint}/000000000000/${queue}`;

const createQueue = async (name: string, attributes: Readonly<Record<string, string>> = {}): Promise<void> => {
  await clients.sqs.send(
    new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: '1', ...attributes } }),
  );
};

/** With a dead-letter queue behind it, named `<name>-failed`. */
const createQueues = async (name: string, maxReceiveCount: number): Promise<void> => {
  await createQueue(`${name}-failed`);
  const policy = { deadLetterTargetArn: `arn:aws:sqs:eu-west-1:000000000000:${name}-failed`, maxReceiveCount };
  await createQueue(name, { RedrivePolicy: JSON.stringify(policy) });
};

const send = async (queue: string, ...bodies: readonly string[]): Promise<void> => {
  await clients.sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: url(queue),
      Entries: bodies.map((body, index) => ({ Id: String(index), MessageBody: body })),
    }),
  );
};

const left = async (queue: string): Promise<number> => {
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url(queue), AttributeNames: ['All'] }),
  );
  return (
    Number(Attributes?.['ApproximateNumberOfMessages']) + Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'])
  );
};

const poll = (mapping: QueueMapping, spec: Partial<FunctionSpec> = {}): RunningQueuePollers => {
  consumer.define(spec);
  const pollers = createQueuePollerHost({
    sqs: clients.sqs,
    endpoint: detour.endpoint,
    functions: consumer.functions,
    metrics: consumer.metrics,
    region: 'eu-west-1',
    complain: (message) => complaints.push(message),
  });
  teardown.add(() => pollers.stop(() => consumer.functions.stop()));
  pollers.add(mapping);
  pollers.start();
  return pollers;
};

/** @returns how many invocations there were at once, at most, those that wait for an instance included */
const watchConcurrency = (): (() => number) => {
  const { functions } = consumer;
  let running = 0;
  let most = 0;
  const watched = {
    ...functions,
    invoke: async (nameOrArn: string, payload: unknown) => {
      running += 1;
      most = Math.max(most, running);
      return functions.invoke(nameOrArn, payload).finally(() => (running -= 1));
    },
  };
  consumer = { ...consumer, functions: watched };
  return () => most;
};

const countsOf = async (body: string): Promise<number[]> =>
  (await consumer.seen()).filter((seen) => seen.body === body).map(({ count }) => count);

const metric = (name: string): number =>
  consumer.metrics
    .list({ namespace: 'AWS/Lambda', name })
    .reduce((sum, identity) => sum + consumer.metrics.total(identity), 0);

describe('a function behind a queue', () => {
  it('gets a message that fails until the queue moves it, and its neighbours once', async () => {
    await createQueues('mixed', 2);
    await send('mixed', 'good-1', 'fail', 'good-2');
    poll(queueMapping('mixed'));
    await eventually('the failing one is in the dead-letter queue', async () => (await left('mixed-failed')) === 1);
    expect(await countsOf('good-1')).toEqual([1]);
    expect(await countsOf('good-2')).toEqual([1]);
    expect(await countsOf('fail')).toEqual([1, 2]);
    expect(await left('mixed')).toBe(0);
    const { Messages } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: url('mixed-failed') }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['fail']);
    expect(metric('DeletedEventCount')).toBe(2);
    expect(metric('FailedInvokeEventCount')).toBe(2);
    expect(metric('InvokedEventCount')).toBe(4);
  });

  it.each(['throw', 'crash', 'hang', 'foreign', 'garbled'])(
    'gets the whole batch again when it ends with “%s”',
    async (word) => {
      await createQueues('whole', 2);
      await send('whole', 'good', word);
      poll(queueMapping('whole'));
      // The queue may give them back one by one, and then the good one gets through.
      await eventually('none is left', async () => (await left('whole')) === 0);
      expect(await left('whole-failed')).toBeGreaterThanOrEqual(1);
      expect(await countsOf('good')).toEqual([1, 2]);
      expect(await countsOf(word)).toEqual([1, 2]);
      expect(complaints.length).toBe(word === 'foreign' || word === 'garbled' ? 2 : 0);
    },
  );

  it('runs as often at once as the mapping allows, and no more', async () => {
    await createQueue('many', { VisibilityTimeout: '30' });
    for (let page = 0; page < 4; page += 1) await send('many', ...Array.from({ length: 10 }, (_, n) => `slow-${n}`));
    const most = watchConcurrency();
    poll(queueMapping('many', { batchSize: 2, maxConcurrency: 3 }), { timeoutMs: 10_000 });
    await eventually('all are done', async () => (await left('many')) === 0, 20_000);
    expect(most()).toBe(3);
    expect((await consumer.seen()).length).toBe(40);
  });

  it('is throttled beyond what it has reserved, and gets every message all the same, received once', async () => {
    await createQueue('reserved', { VisibilityTimeout: '30' });
    await send('reserved', 'slow-1', 'slow-2', 'slow-3');
    poll(queueMapping('reserved', { batchSize: 1 }), { reservedConcurrency: 1 });
    await eventually('all are done', async () => (await left('reserved')) === 0);
    const seen = await consumer.seen();
    expect(seen.map(({ body, count }) => `${body} ${count}`).toSorted()).toEqual(['slow-1 1', 'slow-2 1', 'slow-3 1']);
    expect(consumer.functions.instances('consumer')).toHaveLength(1);
    expect(consumer.metrics.list({ namespace: 'AWS/Lambda', name: 'Throttles' })).toHaveLength(1);
  });

  it('gets everything once a service that was away is back, and nothing is lost', async () => {
    await createQueue('away', { VisibilityTimeout: '2' });
    await send('away', 'slow-before');
    poll(queueMapping('away'));
    await eventually('it is at work', async () => (await consumer.seen()).length === 1);
    await detour.takeAway();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await detour.bringBack();
    const back = Date.now();
    await clients.sqs.send(new SendMessageCommand({ QueueUrl: url('away'), MessageBody: 'after' }));
    await eventually('nothing is left', async () => (await left('away')) === 0);
    expect((await consumer.seen()).some(({ body }) => body === 'slow-before')).toBe(true);
    const after = (await consumer.seen()).filter(({ body }) => body === 'after');
    expect(after.length).toBe(1);
    expect((after[0]?.at ?? Infinity) - back).toBeLessThan(3_000);
    expect(complaints.filter((line) => line.includes('receives nothing'))).toHaveLength(1);
  });

  it('gets everything once a service that hung goes on', async () => {
    await createQueue('hung');
    poll(queueMapping('hung'));
    process.kill(service.pid, 'SIGSTOP');
    const sent = send('hung', 'meanwhile');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    process.kill(service.pid, 'SIGCONT');
    await sent;
    await eventually('nothing is left', async () => (await left('hung')) === 0);
    expect(await countsOf('meanwhile')).toEqual([1]);
  });

  it('is soon told of a message when there was nothing to do', async () => {
    await createQueue('idle');
    poll(queueMapping('idle'));
    await send('idle', 'warm-up');
    await eventually('it is warm', async () => (await left('idle')) === 0);
    const delays: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const sentAt = Date.now();
      await send('idle', `quick-${n}`);
      await eventually('it is there', async () => (await countsOf(`quick-${n}`)).length === 1);
      delays.push(((await consumer.seen()).at(-1)?.at ?? 0) - sentAt);
    }
    expect(delays.sort((a, b) => a - b)[10]).toBeLessThan(500);
  });

  it('is given nothing while its mapping is disabled', async () => {
    await createQueue('paused');
    const pollers = poll(queueMapping('paused', { enabled: false }));
    await send('paused', 'waits');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await consumer.seen()).toEqual([]);
    pollers.setEnabled('mapping-paused', true);
    await eventually('it has it', async () => (await consumer.seen()).length === 1);
    expect(pollers.list()).toMatchObject([{ enabled: true }]);
  });

  it('is not waited for when it hangs and the run stops; its message comes in the next', async () => {
    await createQueue('stop', { VisibilityTimeout: '5' });
    await send('stop', 'hang');
    const pollers = poll(queueMapping('stop'), { timeoutMs: 60_000 });
    await eventually('it is at work', async () => (await consumer.seen()).length === 1);
    const from = performance.now();
    await pollers.stop(() => consumer.functions.stop());
    expect(performance.now() - from).toBeLessThan(20_000);
    expect(await left('stop')).toBe(1);
  });

  it('is stopped soon when its queue hangs', async () => {
    await createQueue('frozen');
    const pollers = poll(queueMapping('frozen'));
    await send('frozen', 'warm-up');
    await eventually('it is at work', async () => (await left('frozen')) === 0);
    process.kill(service.pid, 'SIGSTOP');
    const from = performance.now();
    await pollers.stop();
    expect(performance.now() - from).toBeLessThan(15_000);
    process.kill(service.pid, 'SIGCONT');
  });

  it('is stopped within a second or so when there is nothing to do', async () => {
    await createQueue('quiet');
    const pollers = poll(queueMapping('quiet'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const from = performance.now();
    await pollers.stop();
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});
