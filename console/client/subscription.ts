import type { PublishedMessage } from '../../lambdas/shared/delivery/message.ts';
import { createChannel, step, type ChannelState, type Effect, type Gap, type Input, type Snapshot } from './channel.ts';
import type { Resume } from './resume.ts';

export interface SubscriptionOptions {
  /**
   * The number that was handed over last: of every channel, or by channel. 0 for everything there is. A channel of which
   * none is known begins with the next message.
   */
  readonly after?: number | ReadonlyMap<string, number>;
  onMessage(message: PublishedMessage): void;
  /** Of a `latest` channel, in the place of messages that were missed. @default it comes as a message */
  onSnapshot?(channel: string, snapshot: Snapshot): void;
  /** Numbers that cannot be had any more. */
  onGap?(gap: Gap & { readonly channel: string }): void;
  /** What went wrong and is tried again, and what is not: a subscription that was refused for good. */
  onError?(error: Error): void;
}

export interface Subscription {
  close(): void;
  /** The number handed over last, by channel: `after` of a later subscription. */
  numbers(): ReadonlyMap<string, number>;
}

/** Of what is pushed, what has been asked for, and what the caller is told. */
export interface ChannelSet extends Subscription {
  readonly pattern: string;
  pushed(text: string): void;
  /** From now on every message is pushed. */
  subscribed(): void;
  /** Something was not pushed: every channel that is known is asked for it. */
  check(): void;
  /** The same, of channels in which nothing comes; the longer, the less often. */
  checkQuiet(): void;
  failed(error: Error): void;
}

const isMessage = (value: unknown): value is PublishedMessage => {
  const { channel, number, events } = (value ?? {}) as Partial<Record<keyof PublishedMessage, unknown>>;
  return typeof channel === 'string' && Number.isSafeInteger(number) && Array.isArray(events);
};

/** A fault of the caller's is his: it may not stop what comes after it, and is not kept from him. */
const tell = (call: () => void): void => {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
};

/** The channels of one subscription; with a wildcard there may be many, known by what is pushed. */
export const createChannelSet = (pattern: string, options: SubscriptionOptions, resume: Resume): ChannelSet => {
  const { after } = options;
  const channels = new Map<string, ChannelState>();
  /** Looks in a row between which nothing came, by channel; none where something has come since the last. */
  const quiet = new Map<string, number>();
  const closing = new AbortController();
  const { signal } = closing;

  const open = (channel: string): ChannelState =>
    channels.get(channel) ?? createChannel(typeof after === 'number' ? after : after?.get(channel));
  if (!pattern.endsWith('/*')) channels.set(pattern, open(pattern));
  if (after instanceof Map)
    for (const channel of after.keys() as Iterable<string>) channels.set(channel, open(channel));

  const check = (): void => {
    for (const channel of channels.keys()) {
      quiet.set(channel, 0);
      advance(channel, { kind: 'subscribed' });
    }
  };

  const failed = (error: Error): void => {
    if (!signal.aborted) options.onError?.(error);
  };

  const ask = async (channel: string, { after: from, inVain }: Extract<Effect, { kind: 'ask' }>): Promise<void> => {
    const answer = await resume({ channel, after: from, inVain, signal, onFailure: failed });
    if (!signal.aborted) advance(channel, { kind: 'answered', answer });
  };

  const apply = (channel: string, effect: Effect): void => {
    if (effect.kind !== 'ask') quiet.delete(channel);
    switch (effect.kind) {
      case 'message':
        return tell(() => options.onMessage(effect.message));
      case 'snapshot':
        return tell(() => {
          const { number, events } = effect.snapshot;
          if (options.onSnapshot) options.onSnapshot(channel, effect.snapshot);
          else if (events.length > 0) options.onMessage({ channel, number, delivery: 'latest', events });
        });
      case 'gap':
        return tell(() => options.onGap?.({ channel, ...effect.gap }));
      case 'ask':
        ask(channel, effect).catch((error: unknown) => {
          if (!signal.aborted) failed(error as Error);
        });
        return undefined;
      default:
        return effect satisfies never;
    }
  };

  const advance = (channel: string, input: Input): void => {
    const { state, effects } = step(open(channel), input);
    channels.set(channel, state);
    for (const effect of effects) if (!signal.aborted) apply(channel, effect);
  };

  return {
    pattern,
    failed,
    pushed: (text) => {
      let message: unknown;
      try {
        message = JSON.parse(text);
      } catch {
        message = undefined;
      }
      if (isMessage(message)) advance(message.channel, { kind: 'pushed', message });
      else failed(new Error(`${pattern}: an event came that is no message of the platform`));
    },
    subscribed: check,
    check,
    checkQuiet: () => {
      for (const channel of channels.keys()) {
        const looks = (quiet.get(channel) ?? -1) + 1;
        quiet.set(channel, looks);
        if (looks > 0 && Number.isInteger(Math.log2(looks))) advance(channel, { kind: 'subscribed' });
      }
    },
    numbers: () =>
      new Map(
        [...channels].flatMap(([channel, { expected }]) => (expected === undefined ? [] : [[channel, expected - 1]])),
      ),
    close: () => closing.abort(new Error('closed')),
  };
};
