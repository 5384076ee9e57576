import type { Client } from 'pg';

/** Opens a session of a superuser in the functions' database. */
export type ConnectSuperuser = () => Promise<Client>;

/** Does something in a session of its own, and ends it: locks and open transactions go with it, however that ends. */
export const withSuperuser = async <T>(connect: ConnectSuperuser, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = await connect();
  // Another fault may end the server meanwhile; the query under way says so.
  client.on('error', () => {});
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
};
