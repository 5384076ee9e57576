import { createQueuePoller, type QueueWorld } from '../../../local/runtime/queue-poller/queue-poller.ts';
import { queueRecord } from '../../../local/runtime/queue-poller/record.ts';
import type { InvokeResult, QueueMapping } from '../../../local/world.ts';
import { queueMapping } from './queue-consumer.ts';
import { createClock } from './simulated-clock.ts';

/** Milliseconds from the beginning at which a message is sent. */
export type Sent = Readonly<Record<string, number>>;

export interface QueueSimulation {
  readonly sent: Sent;
  readonly behaviour: (bodies: readonly string[], call: number) => InvokeResult;
  readonly mapping?: Partial<QueueMapping>;
  readonly lanes?: number;
  readonly durationMs?: number;
  readonly enabled?: (ms: number) => boolean;
  /** @default when the queue is empty */
  readonly until?: (seen: QueueSeen, ms: number) => boolean;
}

export interface QueueSeen {
  /** What the function was asked, with the receive counts, milliseconds from the beginning. */
  readonly calls: { readonly bodies: readonly string[]; readonly counts: readonly number[]; readonly at: number }[];
  readonly deleted: { readonly body: string; readonly at: number }[];
  readonly counts: Record<string, number>;
  readonly complaints: string[];
}

interface Message {
  readonly body: string;
  visibleAt: number;
  receives: number;
}

/** A queue that hides what was received for its visibility timeout, polled on simulated time by the real poller. */
export const simulateQueue = async (simulation: QueueSimulation): Promise<QueueSeen> => {
  const { sent, behaviour, lanes = 5, durationMs = 10, enabled = () => true } = simulation;
  const mapping = queueMapping('q', simulation.mapping);
  const clock = createClock(0);
  const queue: Message[] = Object.entries(sent).map(([body, at]) => ({ body, visibleAt: at, receives: 0 }));
  const seen: QueueSeen = { calls: [], deleted: [], counts: {}, complaints: [] };
  const state = { stopped: false };

  const receive: QueueWorld['receive'] = async (most, waitSeconds) => {
    const deadline = clock.now() + waitSeconds * 1_000;
    const visible = (): Message[] => queue.filter(({ visibleAt }) => visibleAt <= clock.now());
    while (visible().length === 0 && clock.now() < deadline && !state.stopped) await clock.sleep(50);
    return visible()
      .slice(0, Math.min(most, 10))
      .map((message) => {
        message.visibleAt = clock.now() + mapping.visibilityMs;
        message.receives += 1;
        const { body, receives } = message;
        const given = { MessageId: body, ReceiptHandle: body, Body: body };
        return queueRecord(
          { ...given, Attributes: { ApproximateReceiveCount: String(receives) } },
          mapping.queueArn,
          'eu-west-1',
        );
      });
  };

  const world: QueueWorld = {
    now: clock.now,
    sleep: (ms) => (state.stopped ? Promise.resolve() : clock.sleep(ms)),
    random: () => 1,
    stopped: () => state.stopped,
    enabled: () => enabled(clock.now()),
    receive,
    remove: async (records) => {
      for (const { body } of records) {
        queue.splice(
          queue.findIndex((message) => message.body === body),
          1,
        );
        seen.deleted.push({ body, at: clock.now() });
      }
      return [];
    },
    invoke: async (event) => {
      const { Records } = event as { Records: { body: string; attributes: Record<string, string> }[] };
      const bodies = Records.map(({ body }) => body);
      const counts = Records.map(({ attributes }) => Number(attributes['ApproximateReceiveCount']));
      seen.calls.push({ bodies, counts, at: clock.now() });
      const result = behaviour(bodies, seen.calls.length);
      if (!('throttled' in result)) await clock.sleep(durationMs);
      return result;
    },
    count: (metric, messages) => (seen.counts[metric] = (seen.counts[metric] ?? 0) + messages),
    complain: (message) => void seen.complaints.push(message),
  };
  const running = createQueuePoller(mapping, lanes, world).run();
  const { until = () => queue.length === 0 } = simulation;
  await clock.runUntil(() => until(seen, clock.now()));
  state.stopped = true;
  clock.wakeAll();
  await running;
  return seen;
};
