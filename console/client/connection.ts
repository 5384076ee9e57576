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
/** AppSync keeps alive once a minute: at every fifth, quiet channels are asked for what was lost without a word. */
const lookEvery = 5;
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

const hasError = ({ errors = [] }: ServerMessage, kind: RegExp): boolean =>
  errors.some(({ errorType = '' }) => kind.test(errorType));
/** A name that AppSync does not take, or one too many, is not taken the next time either. */
const final = /BadRequest|UnsupportedOperation|MaxSubscriptionsReached|DuplicatedOperation/i;
const unauthorized = /Unauthorized/i;

/** A subscription that is wanted, and how it fares on this connection. */
interface Wanted {
  readonly set: ChannelSet;
  attempts: number;
  timer?: ReturnType<typeof setTimeout> | undefined;
  /** What it came with last, and what was refused. */
  token?: string | undefined;
  refusedToken?: string | undefined;
}

/** One connection to AppSync Events for all subscriptions, made again as often as it is lost. */
export const createConnection = (options: ConnectionOptions): Connection => {
  const { realtimeUrl, host, tokens, WebSocket, now, random, onState } = options;
  const wanted = new Map<string, Wanted>();
  let socket: Socket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let longestSilenceMs = ackWithinMs;
  let isOpen = false;
  let closed = false;
  let attempts = 0;
  let openedAt = 0;
  let next = 0;
  let keepAlives = 0;

  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => lose(`nothing came for ${longestSilenceMs / 1000} s`), longestSilenceMs);
  };

  /** Whatever the old socket still has to say is not heard. */
  const lose = (detail: string): void => {
    const old = socket;
    socket = undefined;
    clearTimeout(silence);
    for (const { timer: again } of wanted.values()) clearTimeout(again);
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

  const send = async (id: string, one: Wanted, through: Socket | undefined): Promise<void> => {
    const isMeant = (): boolean => through === socket && isOpen && wanted.has(id);
    try {
      const authorization = await proof();
      if (!isMeant()) return;
      one.token = authorization.Authorization;
      through?.send(JSON.stringify({ type: 'subscribe', id, channel: `/${one.set.pattern}`, authorization }));
    } catch (error) {
      one.set.failed(error as Error);
      if (isMeant()) comeAgain(id, one);
    }
  };

  /** On the same connection: what is wrong with one is nothing to the others. */
  const comeAgain = (id: string, one: Wanted): void => {
    clearTimeout(one.timer);
    one.timer = setTimeout(() => void send(id, one, socket), backoffMs(one.attempts, random));
    one.attempts += 1;
  };

  const refused = (id: string, one: Wanted, message: ServerMessage): void => {
    const fault = `${one.set.pattern}: the subscription was refused: ${textOf(message)}`;
    const isUnauthorized = hasError(message, unauthorized);
    // A new token is not let in either: it is not the token.
    const isHopeless = isUnauthorized && one.refusedToken !== undefined && one.refusedToken !== one.token;
    one.set.failed(new Error(isHopeless ? `${fault}; it is given up until the next connection` : fault));
    if (hasError(message, final)) return void wanted.delete(id);
    if (isHopeless) return;
    if (isUnauthorized) {
      one.refusedToken = one.token;
      tokens.drop();
    }
    comeAgain(id, one);
  };

  const start = (id: string, one: Wanted): void => {
    one.attempts = 0;
    one.refusedToken = undefined;
    void send(id, one, socket);
  };

  const heard = (message: ServerMessage): void => {
    listen();
    const one = wanted.get(message.id ?? '');
    const set = one?.set;
    switch (message.type) {
      case 'connection_ack':
        longestSilenceMs = message.connectionTimeoutMs ?? ackWithinMs;
        listen();
        isOpen = true;
        openedAt = now();
        onState('open');
        keepAlives = 0;
        for (const [id, each] of wanted) start(id, each);
        return;
      case 'ka':
        keepAlives += 1;
        if (keepAlives % lookEvery === 0) for (const each of wanted.values()) each.set.checkQuiet();
        return;
      case 'subscribe_success':
        if (one) one.attempts = 0;
        set?.subscribed();
        return;
      case 'subscribe_error':
        if (one) refused(message.id ?? '', one, message);
        return;
      case 'data':
        for (const text of typeof message.event === 'string' ? [message.event] : (message.event ?? []))
          set?.pushed(text);
        return;
      case 'broadcast_error':
        // One event could not be sent on; of which channel is not said, and nothing may follow that shows it.
        set?.failed(new Error(`${set.pattern}: ${textOf(message)}`));
        set?.check();
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
    let opening: Socket;
    try {
      opening = new WebSocket(realtimeUrl, ['aws-appsync-event-ws', `header-${header}`]);
    } catch (error) {
      return lose(`the connection cannot be made: ${(error as Error).message}`);
    }
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
      const one: Wanted = { set, attempts: 0 };
      wanted.set(id, one);
      if (isOpen) start(id, one);
      return () => {
        clearTimeout(one.timer);
        if (wanted.delete(id) && isOpen) socket?.send(JSON.stringify({ type: 'unsubscribe', id }));
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
