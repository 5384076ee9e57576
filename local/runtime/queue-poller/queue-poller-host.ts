import type { SQSClient } from '@aws-sdk/client-sqs';
import { sleepUntil } from '../../pause.ts';
import type { MetricsStore } from '../../services/cloudwatch/metrics-store.ts';
import type { FunctionHost, QueueMapping, QueuePollerHost } from '../../world.ts';
import { createQueueClient } from './queue-client.ts';
import { createQueuePoller } from './queue-poller.ts';

export interface QueuePollerOptions {
  readonly sqs: SQSClient;
  /** Where SQS listens. */
  readonly endpoint: string;
  readonly functions: FunctionHost;
  readonly metrics: MetricsStore;
  readonly region: string;
  readonly complain: (message: string) => void;
}

export interface RunningQueuePollers extends QueuePollerHost {
  /** Begins to receive; mappings added before wait for it, so that nothing is consumed before the deploy is complete. */
  start(): void;
  /**
   * Waits for batches under way.
   * @param abandon - called when that takes too long, to end them; the queue delivers their messages again
   */
  stop(abandon?: () => Promise<void>): Promise<void>;
}

/** Lambda begins with five batches at once where nothing limits it, and goes on to hundreds; a laptop does not. */
const defaultLanes = 5;
/** A batch under way is given this long when the run stops. */
const stopMs = 3_000;

/** The event source mappings of a run that have a queue as their source. */
export const createQueuePollerHost = (options: QueuePollerOptions): RunningQueuePollers => {
  const { functions, metrics, complain } = options;
  const mappings = new Map<string, QueueMapping>();
  const stop = new AbortController();
  const abandoned = new AbortController();
  const running: Promise<void>[] = [];

  const poll = (mapping: QueueMapping): Promise<void> => {
    const { uuid, functionArn, queueArn } = mapping;
    const functionName = functions.get(functionArn)?.name ?? functionArn;
    const client = createQueueClient({ ...options, queueArn, abandoned: abandoned.signal });
    return createQueuePoller(mapping, mapping.maxConcurrency ?? defaultLanes, {
      ...client,
      now: Date.now,
      sleep: sleepUntil(stop.signal),
      random: Math.random,
      stopped: () => stop.signal.aborted,
      enabled: () => mappings.get(uuid)?.enabled ?? false,
      invoke: (event) => functions.invoke(functionArn, event),
      count: (metric, messages) =>
        metrics.put('AWS/Lambda', { EventSourceMappingUUID: uuid }, metric, messages, 'Count', Date.now()),
      complain: (message) => complain(`${functionName} from ${queueArn.split(':').at(-1)}: ${message}`),
    }).run();
  };

  return {
    add: (mapping) => void mappings.set(mapping.uuid, mapping),
    list: () => [...mappings.values()],
    setEnabled: (uuid, enabled) => {
      const mapping = mappings.get(uuid);
      if (mapping) mappings.set(uuid, { ...mapping, enabled });
    },
    start: () => void running.push(...[...mappings.values()].map(poll)),
    stop: async (abandon) => {
      stop.abort();
      const late = setTimeout(() => {
        abandoned.abort();
        void abandon?.();
      }, stopMs);
      await Promise.all(running);
      clearTimeout(late);
    },
  };
};
