import { WebSocket } from 'ws';
import * as z from 'zod/mini';

/** What a server of AppSync Events says, as far as a subscriber listens. */
const Said = z.object({
  type: z.string(),
  id: z.optional(z.string()),
  connectionTimeoutMs: z.optional(z.int()),
  event: z.optional(z.union([z.string(), z.array(z.string())])),
});

export interface ConnectionOptions {
  /** `wss://…/event/realtime`. */
  readonly realtimeUrl: string;
  /** Of the API's HTTP endpoint: what is signed for, or in the token's company, names it. */
  readonly host: string;
  /** PEM of the authority that the server's certificate is of; undefined for those that everybody knows. */
  readonly ca: string | undefined;
  readonly token: string;
  /** `match/events/*` or a channel. */
  readonly patterns: readonly string[];
  /** @param pattern - that it came for */
  readonly onEvent: (text: string, pattern: string) => void;
  /** Something of this pattern was published, and could not be sent. */
  readonly onLost: (pattern: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Connection {
  /** Resolves when it has ended: why, and when anything was heard last, milliseconds since the epoch. */
  readonly closed: Promise<{ readonly why: string; readonly heardAt: number }>;
  /** As a cable that is cut: the server is told nothing. */
  cut(): void;
  close(): void;
}

const protocol = 'aws-appsync-event-ws';
const answerMs = 10_000;
const closeMs = 1_000;

const headerProtocol = (authorization: object): string =>
  `header-${Buffer.from(JSON.stringify(authorization)).toString('base64url')}`;

/**
 * Connects and subscribes.
 * @returns when every subscription stands
 * @throws Error saying what the server said, or that it said nothing
 */
export const openConnection = async (options: ConnectionOptions): Promise<Connection> => {
  const { realtimeUrl, host, ca, token, patterns, onEvent, onLost, now } = options;
  const authorization = { host, Authorization: token };
  const socket = new WebSocket(realtimeUrl, [protocol, headerProtocol(authorization)], {
    ...(ca === undefined ? {} : { ca }),
    handshakeTimeout: answerMs,
  });
  const closing = Promise.withResolvers<Awaited<Connection['closed']>>();
  const subscribed = Promise.withResolvers<void>();
  const waiting = new Set(patterns.keys());
  let silenceMs = answerMs;
  let silence: NodeJS.Timeout | undefined;
  let heardAt = now();
  let hasEnded = false;
  const heard = (): void => {
    if (hasEnded) return;
    heardAt = now();
    clearTimeout(silence);
    silence = setTimeout(() => end(`nothing heard for ${silenceMs} ms`), silenceMs);
  };
  const end = (why: string): void => {
    hasEnded = true;
    clearTimeout(silence);
    closing.resolve({ why, heardAt });
    subscribed.reject(new Error(why));
    socket.terminate();
  };
  const say = (what: object): void => socket.send(JSON.stringify(what));

  const hear = (text: string): void => {
    if (hasEnded) return;
    const { data: said } = Said.safeParse(JSON.parse(text));
    if (!said) return end(`not understood: ${text.slice(0, 200)}`);
    const { type, id = '', connectionTimeoutMs, event } = said;
    if (type === 'connection_ack') {
      silenceMs = connectionTimeoutMs ?? silenceMs;
      patterns.forEach((pattern, index) =>
        say({ type: 'subscribe', id: String(index), channel: `/${pattern}`, authorization }),
      );
    } else if (type === 'subscribe_success') {
      waiting.delete(Number(id));
      if (waiting.size === 0) subscribed.resolve();
    } else if (type === 'data') {
      const pattern = patterns[Number(id)] ?? '';
      for (const one of typeof event === 'string' ? [event] : (event ?? [])) onEvent(one, pattern);
    } else if (type === 'broadcast_error') onLost(patterns[Number(id)] ?? '');
    else if (type.endsWith('error')) end(`${type}: ${text.slice(0, 300)}`);
  };

  socket.on('open', () => say({ type: 'connection_init' }));
  socket.on('message', (data: Buffer) => {
    heard();
    try {
      hear(data.toString('utf8'));
    } catch (error) {
      end(error instanceof Error ? error.message : String(error));
    }
  });
  socket.on('error', (error) => end(error.message));
  socket.on('close', (code, reason) => end(`closed with ${code} ${reason.toString()}`));
  socket.on('unexpected-response', (_, response) => end(`refused with ${response.statusCode}`));
  heard();
  await subscribed.promise;
  return {
    closed: closing.promise,
    cut: () => end('cut'),
    close: () => {
      socket.close(1000);
      // Whoever does not answer is not waited for.
      setTimeout(() => end('closed'), closeMs).unref();
    },
  };
};
