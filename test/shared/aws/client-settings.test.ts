import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { clientSettings, clientSettingsWithin } from '../../../lambdas/shared/aws/client-settings.ts';

const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

const readFrom = async (answer: RequestListener, settings = clientSettings) => {
  const server = createServer(answer);
  let connections = 0;
  server.on('connection', () => (connections += 1));
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new S3Client({
    ...settings,
    region: 'eu-west-1',
    endpoint: `http://127.0.0.1:${port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const read = async (): Promise<string | undefined> => {
    const { Body: body } = await client.send(new GetObjectCommand({ Bucket: 'some', Key: 'thing' }));
    return body?.transformToString();
  };
  return { read, connections: () => connections };
};

describe('a client of ours', () => {
  it.concurrent.each<[string, RequestListener]>([
    ['never begins its answer', () => undefined],
    [
      'stops in the middle of its answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('some of it');
      },
    ],
  ])('does not wait for ever for a service that %s', async (_, answer) => {
    const { read } = await readFrom(answer);
    const startedAt = performance.now();
    await expect(read()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(performance.now() - startedAt).toBeLessThan(6_000);
  });

  it.concurrent('waits for as long as it was told to, for one that is slow by nature', async () => {
    const slow: RequestListener = (_, response) => void sleep(4_000).then(() => response.end('all of it'));
    const { read } = await readFrom(slow, clientSettingsWithin(8_000));
    expect(await read()).toBe('all of it');
  });

  it.concurrent('keeps its connection between batches that come seldom', async () => {
    const { read, connections } = await readFrom((_, response) => response.end('all of it'));
    expect(await read()).toBe('all of it');
    await sleep(3_500);
    expect(await read()).toBe('all of it');
    expect(connections()).toBe(1);
  });
});
