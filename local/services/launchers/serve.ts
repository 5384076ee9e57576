import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `kinesalite` and `dynalite` throw when a client goes away in the middle of a request, which ends the process for all
 * the others. A function that is killed does just that.
 */
const outliveLostClients = (): void => {
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNRESET') return;
    console.error(error);
    process.exit(1);
  });
};

/** Listens on a port that the system hands out, says which, and ends when our starter lets go of us or is gone. */
export const serve = (server: Server, close: (done: () => void) => void): void => {
  outliveLostClients();
  process.on('SIGINT', () => {}); // Ctrl-C is our starter's business
  process.on('disconnect', () => close(() => process.exit(0)));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
};
