import type { Channel } from './channel.ts';

/** Who listens to what. A listener may be there twice, under two ids, and is then told twice. */
export interface Subscriptions<Listener> {
  add(channel: Channel, listener: Listener): void;
  remove(channel: Channel, listener: Listener): void;
  /** Everybody who listens to a channel, by its name or by a pattern. */
  of(channel: Channel): Iterable<Listener>;
  readonly size: number;
}

const keyOf = ({ path, wildcard }: Channel): string => (wildcard ? `${path}/*` : path);

/** A channel's own key, and the patterns that match it: at most as many as it has segments. */
const keysFor = ({ path }: Channel): readonly string[] => {
  const parts = path.split('/');
  return [path, ...parts.slice(0, -1).map((_, index) => `${parts.slice(0, index + 1).join('/')}/*`)];
};

/** Finding the listeners of a channel takes as many look-ups as its name has segments, however many listen elsewhere. */
export const createSubscriptions = <Listener>(): Subscriptions<Listener> => {
  const listeners = new Map<string, Set<Listener>>();
  let size = 0;
  return {
    add(channel, listener) {
      const key = keyOf(channel);
      const those = listeners.get(key) ?? new Set();
      listeners.set(key, those.add(listener));
      size += 1;
    },
    remove(channel, listener) {
      const key = keyOf(channel);
      const those = listeners.get(key);
      if (!those?.delete(listener)) return;
      size -= 1;
      if (those.size === 0) listeners.delete(key);
    },
    *of(channel) {
      for (const key of keysFor(channel)) yield* listeners.get(key) ?? [];
    },
    get size() {
      return size;
    },
  };
};
