import { readGivenUp } from '../../lambdas/operations/dead-letters/read-given-up.ts';
import { readParked } from '../../lambdas/operations/dead-letters/read-parked.ts';
import { createIntakeStore } from '../../lambdas/operations/dead-letters/intake-store.ts';
import { takeIn } from '../../lambdas/operations/dead-letters/take-in.ts';
import { clientsOf, type Backends } from './clients.ts';
import type { SimulatedTime } from './clock.ts';
import type { Gate, Process } from './faults.ts';
import { createFunction, type Handler } from './function-host.ts';
import type { InMemoryQueue } from './queue.ts';
import { silent } from './silent.ts';
import { streamName } from './stream.ts';

const timeoutMs = 20_000;
const everyMs = 2_000;

/** The two functions that take dead letters in, and what polls their queues. */
export const createIntakes = (backends: Backends, time: SimulatedTime, gate: Gate) => {
  const state = { over: false };
  const start =
    (kind: 'parked' | 'given-up') =>
    (process: Process): Handler => {
      const clients = clientsOf(backends, gate, process);
      const store = createIntakeStore(clients, { table: 'dead-letters', bucket: 'bucket', keptDays: 90 }, Date.now);
      const sources = new Map([[streamName, 'market']]);
      const read = kind === 'parked' ? readParked : readGivenUp(store, 'bucket', sources);
      return takeIn({ store, telemetryOf: () => silent, now: Date.now }, read);
    };

  const poll = async (queue: InMemoryQueue, kind: 'parked' | 'given-up'): Promise<void> => {
    const intake = createFunction({ name: `intake-${kind}`, timeoutMs, reserved: 2, start: start(kind) }, time, gate);
    while (!state.over) {
      await time.sleep(everyMs);
      const messages = queue.receive(time.now(), 6 * timeoutMs);
      if (messages.length === 0) continue;
      const Records = messages.map(({ id, body }) => ({ messageId: id, body }));
      const result = await intake.invoke({ Records });
      if (!('payload' in result)) continue;
      const { batchItemFailures } = result.payload as { batchItemFailures: { itemIdentifier: string }[] };
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { id } of messages) if (!failed.has(id)) queue.remove(id);
    }
  };
  void poll(backends.parked, 'parked');
  void poll(backends.givenUp, 'given-up');
  return {
    empty: () => backends.parked.size() === 0 && backends.givenUp.size() === 0,
    stop: () => void (state.over = true),
  };
};
