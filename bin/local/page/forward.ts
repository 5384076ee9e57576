import { request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A service behind the page's own origin. */
export interface Behind {
  /** `http://127.0.0.1:<port>`: what is asked for never has a say in where it goes. */
  readonly endpoint: string;
  readonly methods: readonly string[];
}

const answerMs = 30_000;
const mostBody = 64 * 1024;
/** What the public protocols need, and nothing else: no cookie of another page on this machine goes along. */
const passedOn = ['accept', 'authorization', 'content-type', 'content-length'] as const;
const handedBack = ['content-type', 'www-authenticate', 'x-amzn-requestid', 'apigw-requestid'] as const;

const pick = (headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string | string[]> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const refuse = (response: ServerResponse, status: number, message: string): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
};

const addressOf = (endpoint: string): { readonly hostname: string; readonly port: string } => {
  const { hostname, port } = new URL(endpoint);
  return { hostname, port };
};

/** Sends a request on to the service behind, and its answer back. @param path - there, with the query */
export const forward = (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { endpoint, methods }: Behind,
): void => {
  const { method = 'GET', headers } = request;
  if (!methods.includes(method)) return refuse(response, 405, `only ${methods.join(' and ')}`);
  if (Number(headers['content-length'] ?? 0) > mostBody || headers['transfer-encoding'] !== undefined)
    return refuse(response, 413, `a body of at most ${mostBody} bytes, with its length`);
  const onward = send(
    {
      ...addressOf(endpoint),
      path,
      method,
      headers: pick(headers, passedOn),
      signal: AbortSignal.timeout(answerMs),
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, pick(answer.headers, handedBack));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  onward.on('error', (error) => refuse(response, 502, `the service behind does not answer: ${error.message}`));
  response.on('close', () => onward.destroy());
  request.pipe(onward);
};

const end = (socket: Duplex, line: string): void => void socket.end(`HTTP/1.1 ${line}\r\nconnection: close\r\n\r\n`);

/** Joins a WebSocket to the service behind: after its answer both sides speak with each other, not with us. */
export const forwardSocket = (
  { headers }: IncomingMessage,
  socket: Duplex,
  first: Buffer,
  { endpoint, path }: { readonly endpoint: string; readonly path: string },
): void => {
  const names = Object.keys(headers).filter((name) => name.startsWith('sec-websocket-'));
  const onward = send({
    ...addressOf(endpoint),
    path,
    headers: { ...pick(headers, names), connection: 'Upgrade', upgrade: 'websocket' },
  });
  onward.on('upgrade', (answer, behind, early) => {
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(early);
    behind.write(first);
    socket.pipe(behind).pipe(socket);
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  onward.on('response', (answer) => {
    answer.resume();
    end(socket, `${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}`);
  });
  onward.on('error', () => end(socket, '502 Bad Gateway'));
  socket.on('error', () => onward.destroy());
  onward.end();
};

/** Refuses a WebSocket. */
export const refuseSocket = (socket: Duplex): void => end(socket, '403 Forbidden');
