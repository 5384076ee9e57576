import { backoffMs } from './backoff.ts';
import type { ChannelSet } from './subscription.ts';
import type { Tokens } from './tokens.ts';

/** What is needed of a WebSocket: the browser's and Node's have it, as has `ws`. */
export interface Socket {
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  send(text: string): void;
  close(): void;
}
export type SocketFactory = new (url: string, protocols: string[]) => Socket;

export type ClientState = 'connecting' | 'open' | 'waiting' | 'closed';

export interface ConnectionOptions {
  readonly realtimeUrl: string;
  /** The API's HTTP host: what a proof is for. */
  readonly host: string;
  readonly tokens: Tokens;
  readonly WebSocket: SocketFactory;
  readonly now: () => number;
  readonly random: () => number;
  readonly onState: (state: ClientState, detail?: string) => void;
}

export interface Connection {
  add(set: ChannelSet): () => void;
  close(): void;
}

interface ServerMessage {
  readonly type: string;
  readonly id?: string;
  readonly connectionTimeoutMs?: number;
  readonly event?: string | readonly string[];
  readonly errors?: readonly { readonly errorType?: string; readonly message?: string }[];
}

/** Until the service says how long it may be silent. */
const ackWithinMs = 15_000;
/** Open for as long as this, the next loss is a new story. */
const steadyMs = 5_000;

const base64Url = (text: string): string => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const readJson = (text: string): ServerMessage | undefined => {
  try {
    return JSON.parse(text) as ServerMessage;
  } catch {
    return undefined;
  }
};

const textOf = ({ errors = [] }: ServerMessage): string =>
  errors.map(({ errorType, message }) => [errorType, message].filter(Boolean).join(': ')).join('; ') ||
  'no reason given';

/** A name that AppSync does not take is not taken the next time either. */
const isFinal = ({ errors = [] }: ServerMessage): boolean =>
  errors.some(({ errorType = '' }) => /BadRequest|UnsupportedOperation/i.test(errorType));

/** One connection to AppSync Events for all subscriptions, made again as often as it is lost. */
export const createConnection = (options: ConnectionOptions): Connection => {
  const { realtimeUrl, host, tokens, WebSocket, now, random, onState } = options;
  const sets = new Map<string, ChannelSet>();
  let socket: Socket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let longestSilenceMs = ackWithinMs;
  let isOpen = false;
  let closed = false;
  let attempts = 0;
  let openedAt = 0;
  let next = 0;

  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => lose(`nothing came for ${longestSilenceMs / 1000} s`), longestSilenceMs);
  };

  /** Whatever the old socket still has to say is not heard. */
  const lose = (detail: string): void => {
    const old = socket;
    socket = undefined;
    clearTimeout(silence);
    old?.close();
    if (isOpen && now() - openedAt >= steadyMs) attempts = 0;
    isOpen = false;
    if (closed) return;
    onState('waiting', detail);
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), backoffMs(attempts, random));
    attempts += 1;
  };

  const proof = async () => ({ host, Authorization: await tokens.get() });

  const send = async (id: string, set: ChannelSet, through: Socket | undefined): Promise<void> => {
    try {
      const authorization = await proof();
      if (through !== socket || !isOpen || !sets.has(id)) return;
      through?.send(JSON.stringify({ type: 'subscribe', id, channel: `/${set.pattern}`, authorization }));
    } catch (error) {
      set.failed(error as Error);
      lose('no token');
    }
  };

  const refused = (id: string, set: ChannelSet, message: ServerMessage): void => {
    set.failed(new Error(`${set.pattern}: the subscription was refused: ${textOf(message)}`));
    if (isFinal(message)) return void sets.delete(id);
    tokens.drop();
    lose('a subscription was refused');
  };

  const heard = (message: ServerMessage): void => {
    listen();
    const set = sets.get(message.id ?? '');
    switch (message.type) {
      case 'connection_ack':
        longestSilenceMs = message.connectionTimeoutMs ?? ackWithinMs;
        listen();
        isOpen = true;
        openedAt = now();
        onState('open');
        for (const [id, each] of sets) void send(id, each, socket);
        return;
      case 'subscribe_success':
        set?.subscribed();
        return;
      case 'subscribe_error':
        if (set) refused(message.id ?? '', set, message);
        return;
      case 'data':
        for (const text of typeof message.event === 'string' ? [message.event] : (message.event ?? []))
          set?.pushed(text);
        return;
      case 'broadcast_error':
        // One event could not be sent on: its number will be missing, and is read again.
        set?.failed(new Error(`${set.pattern}: ${textOf(message)}`));
        return;
      case 'connection_error':
      case 'error':
        tokens.drop();
        lose(textOf(message));
    }
  };

  const connect = async (): Promise<void> => {
    if (closed) return;
    onState('connecting');
    longestSilenceMs = ackWithinMs;
    let header: string;
    try {
      header = base64Url(JSON.stringify(await proof()));
    } catch (error) {
      return lose(`no token: ${(error as Error).message}`);
    }
    if (closed) return;
    const opening = new WebSocket(realtimeUrl, ['aws-appsync-event-ws', `header-${header}`]);
    socket = opening;
    listen();
    const whileCurrent = (listener: () => void): void => {
      if (socket === opening) listener();
    };
    opening.addEventListener('open', () =>
      whileCurrent(() => opening.send(JSON.stringify({ type: 'connection_init' }))),
    );
    opening.addEventListener('message', ({ data }) =>
      whileCurrent(() => {
        const message = readJson(String(data));
        if (message) heard(message);
        else lose('something came that is no JSON');
      }),
    );
    opening.addEventListener('close', ({ code, reason }) =>
      whileCurrent(() => {
        // A token that is refused shows as a connection that never opens: browsers are not told why.
        if (!isOpen) tokens.drop();
        lose(`the connection was closed (${code}${reason === '' ? '' : `, ${reason}`})`);
      }),
    );
    opening.addEventListener('error', () => {}); // a close follows
  };

  void connect();
  return {
    add: (set) => {
      next += 1;
      const id = `s${next}-${Math.floor(random() * 2 ** 32).toString(36)}`;
      sets.set(id, set);
      if (isOpen) void send(id, set, socket);
      return () => {
        if (sets.delete(id) && isOpen) socket?.send(JSON.stringify({ type: 'unsubscribe', id }));
      };
    },
    close: () => {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      lose('closed');
      onState('closed');
    },
  };
};
