import type { KinesisMapping } from '../../world.ts';
import type { Batch } from './next-step.ts';
import { cutBatch, type PolledRecord } from './record.ts';

/** One of the concurrent consumers of a shard: what waits for it, and what it is at. */
export interface Lane {
  /** Read, and in no batch yet. */
  queue: readonly PolledRecord[];
  /** When the first of the queue was read, milliseconds since the epoch. */
  since: number;
  /** What its function tries, first to last. */
  batches: readonly Batch[];
  busy: boolean;
  /** In a row. */
  throttles: number;
}

export const createLanes = (parallelization: number): readonly Lane[] =>
  Array.from({ length: parallelization }, () => ({ queue: [], since: 0, batches: [], busy: false, throttles: 0 }));

/** FNV-1a. AWS does not say how it spreads keys over lanes, only that a key stays in one. */
const hash = (text: string): number => {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
};

/** Hands records to the lanes of their partition keys. */
export const distribute = (lanes: readonly Lane[], records: readonly PolledRecord[], now: number): void => {
  const byLane = Map.groupBy(records, ({ partitionKey }) => hash(partitionKey) % lanes.length);
  for (const [index, theirs] of byLane) {
    const lane = lanes[index] as Lane;
    if (lane.queue.length === 0) lane.since = now;
    lane.queue = [...lane.queue, ...theirs];
  }
};

type Sizes = Pick<KinesisMapping, 'batchSize' | 'batchingWindowMs' | 'streamArn' | 'functionArn'>;

/**
 * When the lane invokes, milliseconds since the epoch: at once where its batch is full by number or by bytes, or else
 * when its batching window is over; undefined while nothing waits for it.
 */
export const dueAt = (lane: Lane, mapping: Sizes, region: string, shard: string): number | undefined => {
  if (lane.batches.length > 0) return 0;
  if (lane.queue.length === 0) return undefined;
  const full = (): boolean =>
    lane.queue.length >= mapping.batchSize || cutBatch(lane.queue, mapping, region, shard) < lane.queue.length;
  return mapping.batchingWindowMs === 0 || full() ? 0 : lane.since + mapping.batchingWindowMs;
};

/** Moves the next batch from the queue of a lane into its function's hands. */
export const takeBatch = (lane: Lane, mapping: Sizes, region: string, shard: string, now: number): void => {
  if (lane.batches.length > 0 || lane.queue.length === 0) return;
  const size = cutBatch(lane.queue, mapping, region, shard);
  lane.batches = [{ records: lane.queue.slice(0, size), failures: 0 }];
  lane.queue = lane.queue.slice(size);
  lane.since = now;
};
