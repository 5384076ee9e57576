import { awayDelay } from '../../pause.ts';
import type { FunctionResult, InvokeResult, QueueMapping } from '../../world.ts';
import type { QueueClient } from './queue-client.ts';
import { mostPerRequest } from './queue-client.ts';
import { cutBatches, hasRoom, type QueueRecord } from './record.ts';
import { settle } from './settle.ts';

/** Lambda's metrics of the group `EventCount`, as far as a queue has them. */
export type QueueMetric = 'PolledEventCount' | 'InvokedEventCount' | 'FailedInvokeEventCount' | 'DeletedEventCount';

/** What polling one queue needs of the outside; the clock too, so that a test can turn it by hand. */
export interface QueueWorld extends QueueClient {
  readonly now: () => number;
  /** Ends early when polling is stopped. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly stopped: () => boolean;
  readonly enabled: () => boolean;
  readonly invoke: (event: unknown) => Promise<InvokeResult>;
  readonly count: (metric: QueueMetric, messages: number) => void;
  readonly complain: (message: string) => void;
}

/**
 * How long a receive waits for a message. Lambda waits 20 s; who waits longer than a second cannot stop within one, and
 * a receive that is cut off may take messages with it until their visibility timeout.
 */
const longPollSeconds = 1;
const disabledMs = 200;
const windowPollMs = 100;
/** Then their visibility timeout brings the messages back: at least once is what a queue promises. */
const mostDeletes = 10;

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Polls one queue for one mapping until stopped: one receive at a time, and up to `lanes` batches in the function at
 * once. It receives only when a lane is free, so that no message waits here while its visibility timeout runs.
 */
export const createQueuePoller = (mapping: QueueMapping, lanes: number, world: QueueWorld) => {
  const running = new Set<Promise<void>>();

  const gather = async (): Promise<{ readonly records: readonly QueueRecord[]; readonly receivedAt: number }> => {
    const records = [...(await world.receive(mapping.batchSize, longPollSeconds))];
    const receivedAt = world.now();
    const until = receivedAt + mapping.batchingWindowMs;
    while (records.length > 0 && records.length < mapping.batchSize && hasRoom(records) && !world.stopped()) {
      const leftMs = until - world.now();
      if (leftMs <= 0) break;
      const waitSeconds = leftMs >= 1_000 ? longPollSeconds : 0;
      // Where the queue goes away now, what was gathered is processed; the next receive complains.
      const more = await world.receive(mapping.batchSize - records.length, waitSeconds).catch(() => undefined);
      if (!more) break;
      records.push(...more);
      if (more.length === 0 && leftMs < 1_000) await world.sleep(Math.min(leftMs, windowPollMs));
    }
    if (records.length > 0) world.count('PolledEventCount', records.length);
    return { records, receivedAt };
  };

  const removePage = async (records: readonly QueueRecord[]): Promise<void> => {
    let left = records;
    let why = 'the queue refused';
    for (let failures = 0; failures < mostDeletes; failures += 1) {
      if (failures > 0) await world.sleep(awayDelay(failures, world.random()));
      try {
        left = await world.remove(left);
      } catch (error) {
        why = reason(error);
      }
      if (left.length === 0) break;
    }
    world.count('DeletedEventCount', records.length - left.length);
    if (left.length > 0)
      world.complain(`${left.length} messages are done and could not be deleted (${why}): they come again`);
  };

  /**
   * A throttle is no failure: the batch is tried again as long as the queue hides it.
   *
   * @returns undefined where it was not invoked in time: the queue delivers the messages again
   */
  const invoke = async (batch: readonly QueueRecord[], receivedAt: number): Promise<FunctionResult | undefined> => {
    for (let throttles = 1; ; throttles += 1) {
      const result = await world.invoke({ Records: batch });
      if (!('throttled' in result)) return result;
      world.count('FailedInvokeEventCount', batch.length);
      const delay = awayDelay(throttles, world.random());
      if (world.now() + delay >= receivedAt + mapping.visibilityMs) return undefined;
      await world.sleep(delay);
      if (world.stopped() || !world.enabled()) return undefined;
    }
  };

  const process = async (batch: readonly QueueRecord[], receivedAt: number): Promise<void> => {
    const result = await invoke(batch, receivedAt);
    if (!result) return;
    world.count('InvokedEventCount', batch.length);
    const { done, left, why } = settle(result, batch, mapping.reportBatchItemFailures);
    if (left.length > 0) world.count('FailedInvokeEventCount', left.length);
    // An error of the function is in its log and in its metrics; that its answer was not understood is nowhere else.
    if (why !== undefined && 'payload' in result) world.complain(`${batch.length} messages failed: ${why}`);
    for (let from = 0; from < done.length; from += mostPerRequest) {
      await removePage(done.slice(from, from + mostPerRequest));
    }
  };

  const begin = (batch: readonly QueueRecord[], receivedAt: number): void => {
    const work = process(batch, receivedAt)
      .catch((error: unknown) => world.complain(`${batch.length} messages failed: ${reason(error)}`))
      .finally(() => running.delete(work));
    running.add(work);
  };

  const laneFree = async (): Promise<void> => {
    while (running.size >= lanes) await Promise.race(running);
  };

  const poll = async (): Promise<void> => {
    await laneFree();
    if (world.stopped()) return;
    if (!world.enabled()) return world.sleep(disabledMs);
    // Of the first message, for those that are gathered after it are hidden for longer.
    const { records, receivedAt } = await gather();
    for (const batch of cutBatches(records, mapping.batchSize)) {
      await laneFree();
      begin(batch, receivedAt);
    }
  };

  return {
    /** Settles when polling is stopped and the batches under way are finished. */
    run: async (): Promise<void> => {
      let failures = 0;
      while (!world.stopped()) {
        try {
          await poll();
          failures = 0;
        } catch (error) {
          if (world.stopped()) break;
          failures += 1;
          if (failures === 1) world.complain(`receives nothing, and goes on trying: ${reason(error)}`);
          await world.sleep(awayDelay(failures, world.random()));
        }
      }
      await Promise.all(running);
    },
  };
};
