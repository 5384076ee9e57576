import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands in front of a server that speaks anything over TCP. */
export interface TcpProxy {
  readonly port: number;
  /** From now on every piece takes so much longer, in each direction. Milliseconds; 0 for none. */
  delay(ms: number): void;
  /** Pieces that have been held back. */
  delayed(): number;
  stop(): Promise<void>;
}

/** In one direction of one connection. */
const mostHeldBytes = 8 * 1024 * 1024;

/** @param targetPort - of 127.0.0.1 */
export const startTcpProxy = async (targetPort: number): Promise<TcpProxy> => {
  const sockets = new Set<Socket>();
  let delayMs = 0;
  let delayed = 0;

  /** In order, whatever the delay becomes meanwhile: a piece never overtakes another. */
  const carry = (from: Socket, to: Socket): void => {
    let last: Promise<void> = Promise.resolve();
    let held = 0;
    const afterDelay = (deliver: () => void): void => {
      const ms = delayMs;
      const due = ms === 0 ? undefined : new Promise<void>((resolve) => void setTimeout(resolve, ms));
      last = last.then(() => due).then(deliver);
    };
    const flow = (): void => void (held > mostHeldBytes || to.writableNeedDrain ? from.pause() : from.resume());
    from.on('data', (piece: Buffer) => {
      if (delayMs > 0) delayed += 1;
      held += piece.length;
      flow();
      afterDelay(() => {
        held -= piece.length;
        if (!to.destroyed) to.write(piece);
        flow();
      });
    });
    to.on('drain', flow);
    // What was sent before the end still arrives: of a killed client, a whole statement may be on its way.
    from.on('end', () => afterDelay(() => void to.end()));
    from.on('error', () => afterDelay(() => void to.end()));
    to.on('close', () => void from.destroy());
  };

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    upstream.on('error', () => client.destroy());
    carry(client, upstream);
    carry(upstream, client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    delay: (ms) => {
      delayMs = ms;
    },
    delayed: () => delayed,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
