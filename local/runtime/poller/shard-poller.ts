import type { KinesisMapping, ShardProgress } from '../../world.ts';
import { createLaneWork } from './lane-work.ts';
import { createLanes, distribute, dueAt, takeBatch, type Lane } from './lanes.ts';
import { createLedger } from './ledger.ts';
import type { ShardWorld } from './shard-world.ts';

/** Lambda polls each shard at a base rate of once a second, and at once again after a read that was not empty. */
const baseRateMs = 1_000;
/** GetRecords gives no more at once. */
const mostPerRead = 10_000;
/** A lane that is stuck must not make the others read the whole stream into memory: they wait for it then. */
const mostAhead = { records: 10_000, bytes: 64 * 1024 * 1024 } as const;

/**
 * Polls one shard for one mapping until stopped. Records go to lanes by their partition keys; a lane has one batch in
 * the function at a time, in order. The checkpoint never passes a record that is unfinished in any lane.
 */
export const createShardPoller = (mapping: KinesisMapping, shard: string, world: ShardWorld) => {
  const lanes = createLanes(mapping.parallelization);
  const ledger = createLedger();
  const running = new Set<Promise<void>>();
  let readTo: string | undefined;
  let nextReadAt = 0;
  let rest: { readonly until: number; readonly over: Promise<void> } | undefined;
  let emptyAt = 0;
  let finishedUntil = 0;

  const complain = (error: unknown): void =>
    world.complain(`${shard}: ${error instanceof Error ? error.message : String(error)}`);

  const work = createLaneWork(mapping, shard, world, (records) => {
    const mark = ledger.finish(records);
    if (!mark) return;
    world.checkpoint.set(mark.sequenceNumber);
    finishedUntil = mark.arrivedAt;
  });

  const begin = (lane: Lane): void => {
    takeBatch(lane, mapping, world.region, shard, world.now());
    lane.busy = true;
    const working = work(lane)
      .catch((error: unknown) => {
        complain(error);
        return world.sleep(baseRateMs);
      })
      .finally(() => {
        lane.busy = false;
        running.delete(working);
      });
    running.add(working);
  };

  /** Until a lane has ended its batches, or until a time. */
  const pause = async (until: number): Promise<void> => {
    // One sleep at a time, however often lanes end before it does.
    if (!rest || rest.until > until || rest.until <= world.now()) {
      rest = { until, over: world.sleep(Math.max(0, until - world.now())) };
    }
    await Promise.race([...running, rest.over]);
  };

  const read = async (limit: number): Promise<void> => {
    // Before the read: what arrives while it is answered is not in the answer.
    const askedAt = world.now();
    const records = await world.read(ledger.size() === 0 ? world.checkpoint.get() : readTo, limit);
    if (records.length === 0) {
      if (ledger.size() === 0) emptyAt = askedAt;
      nextReadAt = world.now() + baseRateMs;
      return;
    }
    world.count('PolledEventCount', records.length);
    readTo = records.at(-1)?.sequenceNumber;
    ledger.add(records);
    distribute(lanes, records, world.now());
  };

  /** What was read and not begun is read again, from the checkpoint, when the mapping is on. */
  const restDisabled = async (): Promise<void> => {
    await Promise.all(running);
    if (world.enabled()) return;
    ledger.clear();
    for (const lane of lanes) Object.assign(lane, { queue: [], batches: [] });
    await world.sleep(baseRateMs / 5);
  };

  const poll = async (): Promise<void> => {
    if (!world.enabled()) return restDisabled();
    const due = (lane: Lane): number => dueAt(lane, mapping, world.region, shard) ?? Infinity;
    for (const lane of lanes) if (!lane.busy && due(lane) <= world.now()) begin(lane);
    const idle = lanes.filter(({ busy }) => !busy);
    const wanted = idle.reduce((sum, { queue }) => sum + mapping.batchSize - queue.length, 0);
    const room = ledger.bytes() < mostAhead.bytes ? mostAhead.records - ledger.size() : 0;
    const limit = Math.min(wanted, room, mostPerRead);
    if (limit > 0 && nextReadAt <= world.now()) return read(limit);
    const until = Math.min(...idle.map(due), limit > 0 ? nextReadAt : Infinity);
    if (until < Infinity) return pause(until);
    await Promise.race(running);
  };

  return {
    progress: (): ShardProgress => ({ shard, checkpoint: world.checkpoint.get(), emptyAt, finishedUntil }),
    run: async (): Promise<void> => {
      while (!world.stopped()) {
        try {
          await poll();
        } catch (error) {
          // The stream does not answer: Lambda goes on polling, and so do we, from where we were.
          if (world.stopped()) break;
          complain(error);
          await world.sleep(baseRateMs);
        }
      }
      await Promise.all(running);
    },
  };
};
