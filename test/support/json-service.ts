import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';

/** What a service answers: a body, or the name of an error. */
export type Answer = { readonly body: unknown } | { readonly error: string; readonly status?: number };

/** Answers one request; may wait as long as it likes. @param action - such as `PutRecords` */
export type Respond = (action: string, input: Record<string, unknown>) => Answer | Promise<Answer>;

/** An AWS JSON 1.1 service on a port of the system's choice, which answers as the test says. */
export const startJsonService = async (respond: Respond) => {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const result = await respond(action, (await json(request)) as Record<string, unknown>);
    const failed = 'error' in result;
    response.statusCode = failed ? (result.status ?? 400) : 200;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(failed ? { __type: result.error, message: result.error } : result.body));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
export type JsonService = Awaited<ReturnType<typeof startJsonService>>;

/** What a client of the SDK needs to talk to such a service. */
export const clientSettings = (endpoint: string) => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
});
