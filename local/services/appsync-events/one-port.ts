import type { Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Server as HttpsServer } from 'node:https';

/** A TLS connection begins with a handshake record (RFC 8446, 5.1). */
const handshakeRecord = 0x16;
/** A connection that says nothing is not kept. */
const silentMs = 10_000;

const handOver = (socket: Socket, first: Buffer, secure: HttpsServer, plain: HttpServer): void => {
  const server = first[0] === handshakeRecord ? secure : plain;
  socket.pause();
  socket.unshift(first);
  socket.setTimeout(0);
  server.emit('connection', socket);
  process.nextTick(() => socket.resume());
};

/** One port of 127.0.0.1 for both: who begins with a handshake is served with TLS, everybody else without. */
export const listenOnOnePort = async (
  secure: HttpsServer,
  plain: HttpServer,
  wantedPort: number,
): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // Whoever takes the socket over hears of its errors, too; until then, and beside it, it only ends.
    socket.on('error', () => socket.destroy());
    socket.setTimeout(silentMs, () => socket.destroy());
    socket.once('data', (first: Buffer) => handOver(socket, first, secure, plain));
  });
  server.listen(wantedPort, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};
