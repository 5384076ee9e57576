import { createConnection, type ClientState, type SocketFactory } from './connection.ts';
import { createResume, type Fetch } from './resume.ts';
import { createChannelSet, type ChannelSet, type Subscription, type SubscriptionOptions } from './subscription.ts';
import { createTokens } from './tokens.ts';

export interface ClientOptions {
  /** `wss://…/event/realtime` of the Event API. */
  readonly realtimeUrl: string;
  /** The Event API's HTTP host, for the header in which the token comes. */
  readonly host: string;
  /** Of the REST API: `https://…`. */
  readonly apiUrl: string;
  /** Gives a token for both. It is asked for a new one shortly before the end of the last, and when that was refused. */
  readonly token: () => Promise<string>;
  readonly WebSocket?: SocketFactory;
  readonly fetch?: Fetch;
  readonly now?: () => number;
  readonly random?: () => number;
  /** `waiting`: lost, and made again in a moment; `detail` says why. */
  readonly onState?: (state: ClientState, detail?: string) => void;
}

export interface Client {
  /**
   * @param pattern - a channel (`match/events/m-1`), or all below a name (`match/events/*`)
   */
  subscribe(pattern: string, options: SubscriptionOptions): Subscription;
  close(): void;
}

/**
 * Hands over every message of a channel once and in order, through losses, repeats and disconnects: messages are
 * numbered without gaps, and what was missed is read from the resume endpoint. Runs in browsers and in Node.
 */
export const createClient = (options: ClientOptions): Client => {
  const { realtimeUrl, host, now = Date.now, random = Math.random, onState = () => {} } = options;
  const tokens = createTokens(options.token, now);
  const resume = createResume({
    apiUrl: options.apiUrl.replace(/\/$/, ''),
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    tokens,
    random,
  });
  const open = new Set<ChannelSet>();
  const connection = createConnection({
    realtimeUrl,
    host,
    tokens,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    now,
    random,
    onState,
  });
  return {
    subscribe: (pattern, subscription) => {
      const set = createChannelSet(pattern, subscription, resume);
      const remove = connection.add(set);
      open.add(set);
      return {
        numbers: () => set.numbers(),
        close: () => {
          remove();
          set.close();
          open.delete(set);
        },
      };
    },
    close: () => {
      for (const set of open) set.close();
      open.clear();
      connection.close();
    },
  };
};
