import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * A port of 127.0.0.1 that is free now: the one asked for, or one that the system hands out.
 * @throws Error naming the port and whom it is for, where it is taken
 */
export const freePort = async (wanted: number | undefined, service: string): Promise<number> => {
  const server = createServer();
  server.listen(wanted ?? 0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `port ${wanted} for ${service} cannot be had (${(error as NodeJS.ErrnoException).code}): ` +
        'name another, or none to get one from the system',
      { cause: error },
    );
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
