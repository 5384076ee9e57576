import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateStreamCommand, ListStreamsCommand } from '@aws-sdk/client-kinesis';
import { CreateQueueCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClients } from '../../../local/resources/clients.ts';
import { startNodeService } from '../../../local/services/process/node-service.ts';
import { startServices } from '../../../local/services/start-services.ts';
import { Teardown } from '../../../local/teardown.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-services-'));
  await chmod(dir, 0o755);
});
afterAll(() => rm(dir, { recursive: true }));

const reachable = async (endpoint: string): Promise<boolean> =>
  fetch(endpoint).then(
    () => true,
    () => false,
  );

describe('the local services', () => {
  it('start side by side, keep what they are given, and leave nothing running', async () => {
    for (let round = 0; round < 2; round += 1) {
      const teardown = new Teardown();
      const lines: string[] = [];
      const services = await startServices({ dataDir: dir, progress: (line) => lines.push(line) }, teardown);
      expect(lines.length).toBe(8);
      const endpoints = { ...services.endpoints, scheduler: '', monitoring: '', lambda: '' };
      const clients = createClients(endpoints, 'eu-west-1');
      if (round === 0) {
        await clients.kinesis.send(new CreateStreamCommand({ StreamName: 'kept', ShardCount: 1 }));
        await clients.sqs.send(new CreateQueueCommand({ QueueName: 'kept' }));
      }
      expect((await clients.kinesis.send(new ListStreamsCommand({}))).StreamNames).toEqual(['kept']);
      expect((await clients.sqs.send(new ListQueuesCommand({}))).QueueUrls?.length).toBe(1);
      clients.destroy();
      await teardown.run();
      const all = await Promise.all(Object.values(services.endpoints).map(reachable));
      expect(all).toEqual(all.map(() => false));
    }
  });

  it('leave nothing running when one of them cannot start', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const postgresPort = (taken.address() as AddressInfo).port;
    const teardown = new Teardown();
    await expect(startServices({ dataDir: dir, progress: () => {}, postgresPort }, teardown)).rejects.toThrow(
      `port ${postgresPort} for PostgreSQL cannot be had`,
    );
    await teardown.run();
    taken.close();
  });

  it('say why a package’s server did not start', async () => {
    await expect(startNodeService('nothing', 'no-such-launcher.ts', dir)).rejects.toThrow(
      /^nothing did not start: .*no-such-launcher/s,
    );
  });
});

describe('a teardown', () => {
  it('takes every step, last first, also when one fails, and once', async () => {
    const taken: string[] = [];
    const teardown = new Teardown();
    teardown.add(() => taken.push('first'));
    teardown.add(async () => {
      taken.push('second');
      throw new Error('on purpose');
    });
    teardown.add(() => taken.push('third'));
    await expect(teardown.run()).rejects.toThrow('stopping failed: Error: on purpose');
    await expect(teardown.run()).rejects.toThrow('on purpose');
    expect(taken).toEqual(['third', 'second', 'first']);
  });
});
