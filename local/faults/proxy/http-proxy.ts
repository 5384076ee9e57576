import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readAwsRequest, type AwsRequest } from './aws-request.ts';

/** An answer in the service's place. */
export interface ProxyAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a fault does to requests; undefined lets one pass. */
export interface Interference {
  /** Nothing has been passed on yet. */
  readonly before?: (request: AwsRequest) => ProxyAnswer | 'cut' | undefined;
  /** The service has answered, and its answer has not been delivered. */
  readonly after?: (request: AwsRequest) => 'cut' | undefined;
}

/** Stands in front of a local service. Without interference it hands on everything as it is. */
export interface HttpProxy {
  readonly endpoint: string;
  /** @returns ends it */
  interfere(interference: Interference): () => void;
  stop(): Promise<void>;
}

/** More than any request to DynamoDB or SQS has. */
const mostBytes = 16 * 1024 * 1024;

const readAll = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Buffer).length;
    if (size > mostBytes) throw new Error(`more than ${mostBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

interface Passed {
  readonly message: IncomingMessage;
  readonly body: Buffer;
}

const passOn = (target: URL, agent: Agent, from: IncomingMessage, body: Buffer): Promise<Passed> =>
  new Promise((resolve, reject) => {
    const { method, url, headers } = from;
    const options = {
      host: target.hostname,
      port: target.port,
      agent,
      path: url,
      headers,
      ...(method ? { method } : {}),
    };
    const outgoing = request(options, (message) => {
      readAll(message).then((answer) => resolve({ message, body: answer }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });

/** @param endpoint - of the service: `http://127.0.0.1:<port>` */
export const startHttpProxy = async (endpoint: string): Promise<HttpProxy> => {
  const target = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const interferences = new Set<Interference>();

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    const asked = readAwsRequest(incoming.headers, body);
    for (const { before } of interferences) {
      const instead = before?.(asked);
      if (instead === undefined) continue;
      if (instead === 'cut') return void incoming.socket.destroy();
      response.writeHead(instead.status, instead.headers);
      return void response.end(instead.body);
    }
    const { message, body: answer } = await passOn(target, agent, incoming, body);
    for (const { after } of interferences) if (after?.(asked) === 'cut') return void incoming.socket.destroy();
    const { 'transfer-encoding': _, ...headers } = message.headers;
    response.writeHead(message.statusCode ?? 502, { ...headers, 'content-length': answer.length });
    response.end(answer);
  };

  const server = createServer((incoming, response) => {
    // A service that is away looks away through us, too.
    handle(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    interfere: (interference) => {
      interferences.add(interference);
      return () => void interferences.delete(interference);
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
};
