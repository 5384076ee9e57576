import type { WebSocket } from 'ws';
import { z } from 'zod/mini';
import type { EventApi, EventAuthType, EventNamespace } from '../../world.ts';
import { authorizeByToken, type AuthHeaders, type TokenCheck } from './authorize.ts';
import { channelToPublish, channelToSubscribe, type Channel } from './channel.ts';
import { asEventsError, badRequest, EventsError } from './events-error.ts';
import { eventsIn, publish } from './publish.ts';
import type { Subscriptions } from './subscriptions.ts';

/** One subscription of one connection. */
export interface Listener {
  /** @param event - the published text as a JSON string: quoted once for all who get it */
  deliver(event: string): void;
  /** An event was for it, and did not come through. */
  miss(): void;
}

/** What every connection shares, looked at anew for each message: a deploy may have changed it. */
export interface Realtime {
  readonly subscriptions: Subscriptions<Listener>;
  readonly send: (channel: Channel, event: string) => void;
  /** Tells who would have got it that an event did not come through. */
  readonly lose: (channel: Channel) => void;
  readonly api: () => EventApi | undefined;
  readonly namespace: (name: string) => EventNamespace | undefined;
  readonly check: TokenCheck;
}

export interface ConnectionLimits {
  /** Between two keep-alives, milliseconds. */
  readonly keepAliveMs: number;
  /** How long a connection may last, milliseconds. */
  readonly mostMs: number;
  /** What a client has not read yet; with more, it is disconnected. */
  readonly mostUnreadBytes: number;
}

/** How long a client is to wait for a keep-alive before it gives a connection up; AppSync names five minutes. */
const connectionTimeoutMs = 300_000;
const mostSubscriptions = 200;
/** A client that sends faster than it is answered is not read for a while. */
const mostUnanswered = 256;

const headers = z.optional(z.record(z.string(), z.unknown()));
const message = z.looseObject({ type: z.string(), id: z.optional(z.string()) });
const subscribeMessage = z.looseObject({
  id: z.string().check(z.minLength(1)),
  channel: z.string(),
  authorization: headers,
});
const publishMessage = z.looseObject({
  id: z.string(),
  channel: z.string(),
  events: z.unknown(),
  authorization: headers,
});
const unsubscribeMessage = z.looseObject({ id: z.string() });

const parsed = <Out>(shape: z.ZodMiniType<Out>, raw: unknown): Out => {
  const result = shape.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw badRequest(`${issue?.path.join('.') || 'message'}: ${issue?.message}`);
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('The message is no JSON.');
  }
};

export const errorsOf = (error: unknown): { readonly errors: readonly object[] } => {
  const { errorType, message: said, status } = asEventsError(error);
  return { errors: [{ errorType, message: said, errorCode: status }] };
};

/** Which errors a message of a kind is answered with; of any other kind it is `error`. */
const errorTypes: Readonly<Record<string, string>> = {
  subscribe: 'subscribe_error',
  unsubscribe: 'unsubscribe_error',
  publish: 'publish_error',
};

/** Serves one connection that has been let in, until it ends. */
export const serveConnection = (socket: WebSocket, realtime: Realtime, limits: ConnectionLimits): void => {
  const mine = new Map<string, { readonly channel: Channel; readonly listener: Listener }>();

  const write = (text: string): void => {
    if (socket.readyState !== socket.OPEN) return;
    // Nobody waits for a client that does not read, and nothing is kept for it without a bound.
    if (socket.bufferedAmount + Buffer.byteLength(text) > limits.mostUnreadBytes) socket.terminate();
    else socket.send(text);
  };
  const say = (body: object): void => write(JSON.stringify(body));

  const namespaceOf = ({ namespace }: Channel): EventNamespace => {
    const found = realtime.namespace(namespace);
    if (!found) throw badRequest(`No Channel Namespace found for "${namespace}".`);
    return found;
  };
  const authorize = (
    given: AuthHeaders | undefined,
    own: readonly EventAuthType[] | undefined,
    usual: keyof EventApi,
  ) => authorizeByToken(given ?? {}, own ?? (realtime.api()?.[usual] as readonly EventAuthType[]), realtime.check);

  const subscribe = async (raw: unknown): Promise<void> => {
    const { id, channel: text, authorization } = parsed(subscribeMessage, raw);
    const channel = channelToSubscribe(text);
    await authorize(authorization, namespaceOf(channel).subscribeAuth, 'subscribeAuth');
    if (mine.has(id)) throw new EventsError('DuplicatedOperationError', `There is a subscription "${id}" already.`);
    if (mine.size >= mostSubscriptions) {
      throw new EventsError(
        'MaxSubscriptionsReachedError',
        `A connection has at most ${mostSubscriptions} subscriptions.`,
      );
    }
    if (socket.readyState !== socket.OPEN) return;
    const head = `{"id":${JSON.stringify(id)},"type":"data","event":`;
    const listener: Listener = {
      deliver: (event) => write(`${head}${event}}`),
      miss: () => say({ id, type: 'broadcast_error', ...errorsOf(new Error('The event could not be sent.')) }),
    };
    mine.set(id, { channel, listener });
    say({ id, type: 'subscribe_success' });
    realtime.subscriptions.add(channel, listener);
  };

  const unsubscribe = (raw: unknown): void => {
    const { id } = parsed(unsubscribeMessage, raw);
    const subscription = mine.get(id);
    if (!subscription) throw new EventsError('UnknownOperationError', `There is no subscription "${id}".`);
    mine.delete(id);
    realtime.subscriptions.remove(subscription.channel, subscription.listener);
    say({ id, type: 'unsubscribe_success' });
  };

  const publishEvents = async (raw: unknown): Promise<void> => {
    const { id, channel: text, events, authorization } = parsed(publishMessage, raw);
    const channel = channelToPublish(text);
    await authorize(authorization, namespaceOf(channel).publishAuth, 'publishAuth');
    say({ id, type: 'publish_success', ...publish(channel, eventsIn(events), realtime.send) });
  };

  const handlers: Readonly<Record<string, (raw: unknown) => Promise<void> | void>> = {
    connection_init: () => say({ type: 'connection_ack', connectionTimeoutMs }),
    subscribe,
    unsubscribe,
    publish: publishEvents,
  };

  const handle = async (text: string): Promise<void> => {
    let about: { readonly type: string; readonly id?: string | undefined } = { type: '' };
    try {
      const raw = readJson(text);
      about = parsed(message, raw);
      const handler = Object.hasOwn(handlers, about.type) ? handlers[about.type] : undefined;
      if (!handler) {
        throw new EventsError('UnsupportedOperation', 'Operation not supported through the realtime channel.');
      }
      await handler(raw);
    } catch (error) {
      const { id } = about;
      say({
        ...(id === undefined ? {} : { id }),
        type: Object.hasOwn(errorTypes, about.type) ? errorTypes[about.type] : 'error',
        ...errorsOf(error),
      });
    }
  };

  // In turn: an unsubscribe must not overtake the subscribe before it, whose token is still being checked.
  let last = Promise.resolve();
  let unanswered = 0;
  const handleAfter = async (before: Promise<void>, text: string): Promise<void> => {
    await before;
    await handle(text);
    unanswered -= 1;
    if (socket.isPaused && unanswered < mostUnanswered / 2) socket.resume();
  };
  const take = (data: unknown): void => {
    unanswered += 1;
    if (unanswered >= mostUnanswered) socket.pause();
    last = handleAfter(last, String(data));
  };

  const keepAlive = setInterval(() => say({ type: 'ka' }), limits.keepAliveMs);
  const end = setTimeout(() => socket.close(1000, 'The connection has lasted as long as it may.'), limits.mostMs);
  socket.on('message', take);
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(keepAlive);
    clearTimeout(end);
    for (const { channel, listener } of mine.values()) realtime.subscriptions.remove(channel, listener);
    mine.clear();
  });
};
