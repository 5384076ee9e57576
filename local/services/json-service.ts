import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AwsError } from './aws-error.ts';

export interface ServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON body; `undefined` when there was none. */
  readonly body: unknown;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Answers one request, or throws an AwsError. */
export type Router = (request: ServiceRequest) => Promise<ServiceResponse>;

/** A service that listens; `stop` may be called more than once. */
export interface RunningService {
  /** `http://127.0.0.1:<port>`, the port handed out by the system. */
  readonly endpoint: string;
  readonly port: number;
  /** Cuts all connections; what was answered is kept. */
  stop(): Promise<void>;
}

/** Lambda's payload limit, the largest of the APIs we serve, with room for its envelope. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

const inflate = promisify(gunzip);

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_BODY_BYTES) throw new AwsError('RequestTooLargeException', 'The request body is too large.', 413);
    chunks.push(bytes);
  }
  const bytes = Buffer.concat(chunks);
  if (request.headers['content-encoding'] !== 'gzip') return bytes.toString('utf8');
  return (await inflate(bytes, { maxOutputLength: MAX_BODY_BYTES })).toString('utf8');
};

const parseBody = (text: string): unknown => {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 'The request body is no JSON.');
  }
};

const answerError = (error: unknown): ServiceResponse => {
  const known = error instanceof AwsError;
  // Not ours to explain: said as it is, because the caller is a developer on the same machine.
  const code = known ? error.code : 'InternalServerError';
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: known ? error.status : 500,
    headers: { 'x-amzn-errortype': code },
    body: { __type: code, message },
  };
};

const handle = async (router: Router, request: IncomingMessage): Promise<ServiceResponse> => {
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = parseBody(await readBody(request));
    const { method = 'GET', headers } = request;
    return await router({ method, path: url.pathname, query: url.searchParams, headers, body });
  } catch (error) {
    return answerError(error);
  }
};

const respond = (response: ServerResponse, { status, headers, body }: ServiceResponse, contentType: string): void => {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': contentType, ...headers });
  response.end(text);
};

/**
 * Serves an AWS JSON API on the loopback address.
 *
 * @param contentType - what the API's protocol answers with; the SDK chooses its parser by the request, not by this
 * @param wantedPort - of an earlier service whose place this one takes
 */
export const startJsonService = async (
  router: Router,
  contentType = 'application/x-amz-json-1.1',
  wantedPort = 0,
): Promise<RunningService> => {
  const server = createServer((request, response) => {
    void handle(router, request).then((answer) => respond(response, answer, contentType));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wantedPort, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    async stop() {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
};
