import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequest, type Backend } from './answer-request.ts';
import { gatewayAnswer, type Cors, type HttpAnswer, type HttpApi } from './http-api.ts';
import { internalError, type Incoming } from './payload.ts';

/** API Gateway HTTP APIs of one run. */
export interface HttpApiHost {
  /** Without its parts, also where it was there before. @returns where it answers: `http://127.0.0.1:<port>` */
  define(api: { readonly id: string; readonly name: string; readonly cors: Cors | undefined }): Promise<string>;
  get(apiId: string): HttpApi | undefined;
}

export interface RunningHttpApis extends HttpApiHost {
  stop(): Promise<void>;
}

/** API Gateway's own limit. */
const mostBodyBytes = 10 * 1024 * 1024;

const readBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > mostBodyBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

const decoded = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};

/** Names are lower-case already; what stands twice Node joins, by a comma or, for cookies, a semicolon. */
const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value] as const],
    ),
  );

const answerMessage = async (api: HttpApi, backend: Backend, request: IncomingMessage): Promise<HttpAnswer> => {
  const body = await readBody(request);
  if (!body) return gatewayAnswer(413, 'Request Entity Too Large', { connection: 'close' });
  const [rawPath = '/', ...query] = (request.url ?? '/').split('?');
  const path = decoded(rawPath);
  if (path === undefined) return gatewayAnswer(400, 'Bad Request');
  const headers = headersOf(request);
  const incoming: Incoming = {
    method: request.method ?? 'GET',
    path,
    query: query.join('?'),
    headers,
    body,
    host: headers['host'] ?? '127.0.0.1',
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  };
  return answerRequest(api, backend, incoming);
};

const respond = (response: ServerResponse, { status, headers, cookies = [], body }: HttpAnswer): void => {
  response.writeHead(status, {
    ...headers,
    'apigw-requestid': randomUUID(),
    ...(cookies.length > 0 ? { 'set-cookie': [...cookies] } : {}),
  });
  response.end(body);
};

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

interface Served {
  api: HttpApi;
  endpoint: string;
}

/** @param complain - told of what is no answer of an API but a fault of ours */
export const createHttpApis = (backend: Backend, complain: (line: string) => void): RunningHttpApis => {
  const served = new Map<string, Served>();
  const servers: Server[] = [];

  const serve = (id: string) => (request: IncomingMessage, response: ServerResponse) => {
    const { api } = served.get(id) as Served; // it is served since before its server listened
    answerMessage(api, backend, request)
      .catch((error: unknown) => {
        complain(`${api.name}: ${request.method} ${request.url}: ${String(error)}`);
        return internalError();
      })
      .then((answer) => respond(response, answer))
      .catch((error: unknown) => response.destroy(error as Error));
  };

  return {
    get: (apiId) => served.get(apiId)?.api,
    define: async ({ id, name, cors }) => {
      const api: HttpApi = { id, name, cors, integrations: new Map(), authorizers: new Map(), routes: new Map() };
      const before = served.get(id);
      if (before) {
        before.api = api;
        return before.endpoint;
      }
      const server = createServer(serve(id));
      servers.push(server);
      const entry: Served = { api, endpoint: '' };
      served.set(id, entry);
      entry.endpoint = `http://127.0.0.1:${await listen(server)}`;
      return entry.endpoint;
    },
    stop: async () => {
      await Promise.all(servers.splice(0).map(close));
    },
  };
};
