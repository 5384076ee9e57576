import { randomUUID } from 'node:crypto';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { S3Client } from '@aws-sdk/client-s3';
import { sleepUntil } from '../../pause.ts';
import type { MetricsStore } from '../../services/cloudwatch/metrics-store.ts';
import type { BatchReport, FunctionHost, KinesisMapping, PollerHost } from '../../world.ts';
import { openCheckpoints, type Checkpoints } from './checkpoints.ts';
import { writeGiveUp } from './give-up.ts';
import { createShardPoller } from './shard-poller.ts';
import { createShardReader, listShards, streamName } from './stream-reader.ts';

export interface PollerOptions {
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly functions: FunctionHost;
  readonly metrics: MetricsStore;
  readonly region: string;
  readonly dataDir: string;
  readonly complain: (message: string) => void;
}

export interface RunningPollers extends PollerHost {
  /** Begins to read; mappings added before wait for it, so that nothing is consumed before the deploy is complete. */
  start(): Promise<void>;
  /**
   * Waits for batches under way.
   * @param abandon - called when that takes too long, to end them; they are delivered again in the next run
   */
  stop(abandon?: () => Promise<void>): Promise<void>;
}

interface Polled {
  mapping: KinesisMapping;
  readonly shards: Map<string, ReturnType<typeof createShardPoller>>;
  checkpoints?: Checkpoints;
}

/** New shards are looked for this often. */
const discoverMs = 10_000;
/** A batch under way is given this long when the run stops. */
const stopMs = 3_000;

/** The event source mappings of a run: one poller a shard. */
export const createPollerHost = (options: PollerOptions): RunningPollers => {
  const { kinesis, s3, functions, metrics, region, dataDir, complain } = options;
  const mappings = new Map<string, Polled>();
  const listeners: ((batch: BatchReport) => void)[] = [];
  const running = new Set<Promise<void>>();
  const stop = new AbortController();

  const sleep = sleepUntil(stop.signal);

  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
  };

  const pollShard = (polled: Polled, checkpoints: Checkpoints, shard: string): void => {
    const { mapping } = polled;
    const functionName = functions.get(mapping.functionArn)?.name ?? mapping.functionArn;
    const poller = createShardPoller(mapping, shard, {
      region,
      now: Date.now,
      sleep,
      random: Math.random,
      stopped: () => stop.signal.aborted,
      enabled: () => polled.mapping.enabled,
      read: createShardReader(kinesis, mapping, shard),
      invoke: (event) => functions.invoke(mapping.functionArn, event),
      giveUp: ({ records, failures, requestId }, cause, last) =>
        writeGiveUp(s3, {
          mapping,
          region,
          shard,
          records,
          cause,
          attempts: failures,
          functionError: last && 'error' in last ? last.error : null,
          requestId: requestId ?? randomUUID(),
        }),
      checkpoint: { get: () => checkpoints.get(shard), set: (number) => checkpoints.set(shard, number) },
      count: (metric, value) =>
        metrics.put('AWS/Lambda', { EventSourceMappingUUID: mapping.uuid }, metric, value, 'Count', Date.now()),
      report: ({ iteratorAgeMs, ...batch }) => {
        metrics.put(
          'AWS/Lambda',
          { FunctionName: functionName },
          'IteratorAge',
          iteratorAgeMs,
          'Milliseconds',
          Date.now(),
        );
        for (const listener of listeners) listener({ functionArn: mapping.functionArn, ...batch });
      },
      complain: (message) => complain(`${functionName} ${message}`),
    });
    polled.shards.set(shard, poller);
    track(poller.run());
  };

  const discover = async (polled: Polled): Promise<void> => {
    const checkpoints = (polled.checkpoints ??= await openCheckpoints(dataDir, polled.mapping.uuid, complain));
    for (const shard of await listShards(kinesis, streamName(polled.mapping.streamArn))) {
      if (!polled.shards.has(shard) && !stop.signal.aborted) pollShard(polled, checkpoints, shard);
    }
  };

  const keepDiscovering = async (polled: Polled): Promise<void> => {
    for (;;) {
      await sleep(discoverMs);
      if (stop.signal.aborted) return;
      await discover(polled).catch((error: unknown) => complain(`shards: ${String(error)}`));
    }
  };

  return {
    add: (mapping) => void mappings.set(mapping.uuid, { mapping, shards: new Map() }),
    list: () => [...mappings.values()].map(({ mapping }) => mapping),
    setEnabled: (uuid, enabled) => {
      const polled = mappings.get(uuid);
      if (polled) polled.mapping = { ...polled.mapping, enabled };
    },
    progress: (uuid) => [...(mappings.get(uuid)?.shards.values() ?? [])].map((poller) => poller.progress()),
    onBatch: (listener) => void listeners.push(listener),
    start: async () => {
      const all = [...mappings.values()];
      await Promise.all(all.map((polled) => discover(polled)));
      for (const polled of all) track(keepDiscovering(polled));
    },
    stop: async (abandon) => {
      stop.abort();
      const late = setTimeout(() => void abandon?.(), stopMs);
      await Promise.all(running);
      clearTimeout(late);
      await Promise.all([...mappings.values()].flatMap(({ checkpoints }) => checkpoints?.flush() ?? []));
    },
  };
};
