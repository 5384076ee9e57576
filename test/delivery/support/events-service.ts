import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Published {
  readonly channel: string;
  readonly events: readonly string[];
  readonly headers: IncomingHttpHeaders;
}

/** Answers a publish; `undefined` never answers. */
export type Answering = (published: Published) => { readonly status?: number; readonly body: unknown } | undefined;

/** What AppSync Events documents for a publish that was taken: an identifier and the index of each event. */
export const allTaken: Answering = ({ events }) => ({
  body: { failed: [], successful: events.map((_, index) => ({ identifier: `id-${index}`, index })) },
});

/** An error of the whole call, as AppSync writes it. */
export const error =
  (status: number, errorType: string): Answering =>
  () => ({
    status,
    body: { errors: [{ errorType, message: 'no' }] },
  });

/** A small Event API on a port of the system's choice: `POST /event`, answered as the test says. */
export const startEventsService = async () => {
  const calls: Published[] = [];
  let answering: Answering = allTaken;
  const server = createServer((request, response) => {
    void (async () => {
      const { channel, events } = JSON.parse(await text(request)) as { channel: string; events: string[] };
      const published = { channel, events, headers: request.headers };
      calls.push(published);
      const answer = request.url === '/event' ? answering(published) : { status: 404, body: {} };
      if (!answer) return;
      response.statusCode = answer.status ?? 200;
      response.setHeader('content-type', 'application/json');
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: new URL(`http://127.0.0.1:${port}`),
    calls,
    answer: (how: Answering): void => {
      answering = how;
    },
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
export type EventsService = Awaited<ReturnType<typeof startEventsService>>;
