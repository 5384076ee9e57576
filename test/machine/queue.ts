/** A message that waits; `visibleAt` in milliseconds. */
interface Waiting {
  readonly id: string;
  readonly body: string;
  visibleAt: number;
}

export interface InMemoryQueue {
  send(body: string): void;
  /** Tells of every message before it is sent. */
  onSend(listener: (body: string) => void): void;
  /** Up to ten that are visible; they are hidden for so long. */
  receive(now: number, hiddenMs: number): readonly { readonly id: string; readonly body: string }[];
  remove(id: string): void;
  readonly size: () => number;
}

/** SQS as the intake sees it: at least once, in no promised order. */
export const createQueue = (name: string): InMemoryQueue => {
  const waiting = new Map<string, Waiting>();
  let sent = 0;
  let listener: ((body: string) => void) | undefined;
  return {
    onSend: (listens) => void (listener = listens),
    send: (body) => {
      listener?.(body);
      const id = `${name}-${(sent += 1)}`;
      waiting.set(id, { id, body, visibleAt: 0 });
    },
    receive: (now, hiddenMs) => {
      const taken = [...waiting.values()].filter(({ visibleAt }) => visibleAt <= now).slice(0, 10);
      for (const message of taken) {
        message.visibleAt = now + hiddenMs;
      }
      return taken;
    },
    remove: (id) => void waiting.delete(id),
    size: () => waiting.size,
  };
};
