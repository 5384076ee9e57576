/** A message that waits; `visibleAt` in milliseconds. */
interface Waiting {
  readonly id: string;
  readonly body: string;
  visibleAt: number;
  received: number;
}

export interface InMemoryQueue {
  send(body: string): void;
  /** Up to ten that are visible; they are hidden for so long. */
  receive(now: number, hiddenMs: number): readonly { readonly id: string; readonly body: string }[];
  remove(id: string): void;
  readonly size: () => number;
  /** How often the message was received that was received most. */
  readonly mostReceived: () => number;
}

/** SQS as the intake sees it: at least once, in no promised order. */
export const createQueue = (name: string): InMemoryQueue => {
  const waiting = new Map<string, Waiting>();
  let sent = 0;
  let most = 0;
  return {
    send: (body) => {
      const id = `${name}-${(sent += 1)}`;
      waiting.set(id, { id, body, visibleAt: 0, received: 0 });
    },
    receive: (now, hiddenMs) => {
      const taken = [...waiting.values()].filter(({ visibleAt }) => visibleAt <= now).slice(0, 10);
      for (const message of taken) {
        message.visibleAt = now + hiddenMs;
        message.received += 1;
        most = Math.max(most, message.received);
      }
      return taken;
    },
    remove: (id) => void waiting.delete(id),
    size: () => waiting.size,
    mostReceived: () => most,
  };
};
