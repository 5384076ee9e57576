import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresSlow } from '../../../local/faults/postgres-slow.ts';
import { startTcpProxy, type TcpProxy } from '../../../local/faults/proxy/tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
let received: Promise<string>[] = [];

beforeEach(async () => {
  received = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    received.push(text(socket));
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.stop();
  server.close();
});

describe('the proxy before a server of any protocol', () => {
  it('hands on everything, in order, whatever its delay becomes meanwhile', async () => {
    const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    const answered = text(client);
    proxy.delay(100);
    client.write('one ');
    await new Promise((resolve) => setTimeout(resolve, 20));
    proxy.delay(0);
    client.end('two');
    await expect(answered).resolves.toBe('one two');
  });

  it('makes a round trip longer by its delay on either way, and counts what it held back', async () => {
    const fault = postgresSlow(proxy, 300);
    const client = connect(proxy.port, '127.0.0.1');
    await fault.begin();
    const startedAt = performance.now();
    client.write('ping');
    await once(client, 'data');
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    await fault.end();
    const mendedAt = performance.now();
    client.write('ping');
    await once(client, 'data');
    expect(performance.now() - mendedAt).toBeLessThan(290);
    client.destroy();
    expect(fault.counts?.()).toMatchObject([{ count: 2, must: true }]);
  });

  it('delivers what a client had sent before it was killed', async () => {
    const client = connect(proxy.port, '127.0.0.1');
    await once(client, 'connect');
    proxy.delay(100);
    client.end('a whole statement');
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.destroy();
    await expect.poll(() => received.length).toBe(1);
    await expect(received[0]).resolves.toBe('a whole statement');
  });

  it('looks away when the server is', async () => {
    server.close();
    await once(server, 'close');
    const client = connect(proxy.port, '127.0.0.1');
    await once(client, 'close');
    expect(client.destroyed).toBe(true);
  });
});
