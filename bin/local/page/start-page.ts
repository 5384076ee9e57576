import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { LocalStatus } from '../../../console/page/status.ts';
import type { PageFile } from './build-page.ts';
import { forward, forwardSocket, refuseSocket } from './forward.ts';
import { refusal, securityHeaders, targetOf, type Target } from './guard.ts';

/** What stands behind the page. */
export interface PageParts {
  readonly files: ReadonlyMap<string, PageFile>;
  /** AppSync Events without TLS, `http://127.0.0.1:<port>`. */
  readonly events: string;
  /** The HTTP API, whose paths begin with `/v1`. */
  readonly api: string;
  readonly issuer: string;
  readonly status: () => Promise<LocalStatus>;
  /** Takes an account, or waits for the one that is being taken. Never rejects. */
  readonly takeAccount: () => Promise<void>;
}

/** The page, served. */
export interface Page {
  /** `http://127.0.0.1:<port>`. */
  readonly address: string;
  /** Cuts all connections. */
  stop(): Promise<void>;
}

/** The issuer's paths begin behind it. */
const issuerPath = '/oidc/';
const socketPath = '/event/realtime';

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const answer = async (
  { files, api, issuer, status, takeAccount }: PageParts,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, search }: Target,
): Promise<void> => {
  if (pathname.startsWith('/v1/'))
    return forward(request, response, pathname + search, { endpoint: api, methods: ['GET'] });
  if (pathname.startsWith(issuerPath)) {
    const path = pathname.slice(issuerPath.length - 1) + search;
    return forward(request, response, path, { endpoint: issuer, methods: ['GET', 'POST'] });
  }
  if (request.method !== 'GET') return json(response, 405, { message: 'only GET' });
  if (pathname === '/local/status') {
    if (new URLSearchParams(search).has('account')) await takeAccount();
    return json(response, 200, await status());
  }
  const file = files.get(pathname);
  if (!file) return json(response, 404, { message: 'there is no such page' });
  response.writeHead(200, { 'content-type': file.type, 'content-length': file.body.length }).end(file.body);
};

/** Serves the page on the loopback address, on a port that the system hands out. */
export const startPage = async (parts: PageParts): Promise<Page> => {
  let port = 0;
  let headers: Readonly<Record<string, string>> = {};
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const target = targetOf(request.url);
    const refused = refusal(request.headers, port, target);
    if (refused !== undefined) return json(response, 403, { message: refused });
    if (!target) return json(response, 404, { message: 'there is no such page' });
    answer(parts, request, response, target).catch((error: unknown) => {
      // To a developer on the same machine, as it is.
      json(response, 500, { message: error instanceof Error ? error.message : String(error) });
    });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, first) => {
    const isOurs = refusal(request.headers, port) === undefined && request.headers.origin !== undefined;
    if (!isOurs || request.url !== socketPath) return refuseSocket(socket);
    forwardSocket(request, socket, first, { endpoint: parts.events, path: socketPath });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  headers = securityHeaders(port);
  return {
    address: `http://127.0.0.1:${port}`,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      // Those that were upgraded are no longer the server's to close.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};
