import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens on a port that the system hands out, says which, and ends when our starter lets go of us or is gone. */
export const serve = (server: Server, close: (done: () => void) => void): void => {
  process.on('SIGINT', () => {}); // Ctrl-C is our starter's business
  process.on('disconnect', () => close(() => process.exit(0)));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
};
