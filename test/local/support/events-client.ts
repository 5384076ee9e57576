import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, type BinaryLike } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';

class Sha256 {
  #hash;
  constructor(secret?: BinaryLike) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: BinaryLike): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

export interface Signing {
  readonly region?: string;
  readonly service?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly at?: Date;
}

/** What a function does: signs by AWS's own signer. @param endpoint - `http://127.0.0.1:<port>` */
export const signedHeaders = async (endpoint: string, body: string, signing: Signing = {}) => {
  const { region = 'eu-west-1', service = 'appsync', accessKeyId = 'local', secretAccessKey = 'local' } = signing;
  const signer = new SignatureV4({
    region,
    service,
    sha256: Sha256 as never,
    credentials: { accessKeyId, secretAccessKey },
  });
  const { host, hostname, protocol } = new URL(endpoint);
  const request = {
    method: 'POST',
    protocol,
    hostname,
    path: '/event',
    headers: { host, 'content-type': 'application/json' },
    body,
  };
  const { headers } = await signer.sign(request, signing.at ? { signingDate: signing.at } : {});
  return headers;
};

export const publishTo = async (endpoint: string, content: unknown, signing?: Signing): Promise<Response> => {
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  return fetch(`${endpoint}/event`, { method: 'POST', headers: await signedHeaders(endpoint, body, signing), body });
};

export type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

/** A client that keeps every frame it gets. */
export interface EventsClient {
  readonly socket: WebSocket;
  readonly frames: readonly Frame[];
  send(message: object | string): void;
  /** The first frame from now on, or among those not taken yet, that is like this. */
  next(like: Partial<Frame>, patienceMs?: number): Promise<Frame>;
  subscribe(id: string, channel: string, token: string): Promise<Frame>;
}

export const subProtocols = (headers: object): string[] => [
  'aws-appsync-event-ws',
  `header-${Buffer.from(JSON.stringify(headers)).toString('base64url')}`,
];

const isLike = (frame: Frame, like: Partial<Frame>): boolean =>
  Object.entries(like).every(([key, value]) => frame[key] === value);

/** @param url - `ws://127.0.0.1:<port>` or `wss://localhost:<port>` */
export const connect = async (url: string, protocols: readonly string[], ca?: Buffer): Promise<EventsClient> => {
  const socket = new WebSocket(`${url}/event/realtime`, [...protocols], ca ? { ca } : {});
  const frames: Frame[] = [];
  let taken = 0;
  socket.on('message', (data: Buffer) => void frames.push(JSON.parse(data.toString()) as Frame));
  await once(socket, 'open');
  const client: EventsClient = {
    socket,
    frames,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next(like, patienceMs = 3_000) {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        for (; taken < frames.length; taken += 1) {
          const frame = frames[taken];
          if (frame && isLike(frame, like)) {
            taken += 1;
            return frame;
          }
        }
        if (performance.now() > deadline) throw new Error(`no ${JSON.stringify(like)} among ${JSON.stringify(frames)}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    subscribe(id, channel, token) {
      client.send({ type: 'subscribe', id, channel, authorization: { Authorization: token } });
      return client.next({ id });
    },
  };
  return client;
};
