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

/**
 * Listens, says on which port, and ends when our starter lets go of us or is gone.
 * @param port - 0 for one that the system hands out
 */
export const serve = (server: Server, port: number, close: (done: () => void) => void): void => {
  outliveLostClients();
  process.on('SIGINT', () => {}); // Ctrl-C is our starter's business
  process.on('disconnect', () => close(() => process.exit(0)));
  server.listen(port, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
};
