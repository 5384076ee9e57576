import type { InvokeResult, KinesisMapping, ShardProgress } from '../../world.ts';
import { readAnswer } from './answer.ts';
import { isTooOld, nextStep, retryDelay, type Batch, type GiveUpCause } from './next-step.ts';
import { cutBatch, kinesisEvent, type PolledRecord } from './record.ts';

/** What polling one shard needs of the outside; the clock too, so that a test can turn it by hand. */
export interface ShardWorld {
  readonly region: string;
  readonly now: () => number;
  /** Ends early when polling is stopped. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly stopped: () => boolean;
  readonly enabled: () => boolean;
  /** Up to `limit` records after a sequence number, or from the mapping's starting position. */
  readonly read: (after: string | undefined, limit: number) => Promise<readonly PolledRecord[]>;
  readonly invoke: (event: unknown) => Promise<InvokeResult>;
  /** @param last - undefined where the function was not invoked */
  readonly giveUp: (batch: Batch, cause: GiveUpCause, last: InvokeResult | undefined) => Promise<void>;
  readonly checkpoint: { readonly get: () => string | undefined; readonly set: (sequenceNumber: string) => void };
  readonly report: (report: {
    readonly records: number;
    readonly ms: number;
    readonly outcome: 'finished' | 'partly' | 'failed' | 'given-up';
    /** Of the newest record of the batch when it was read, milliseconds. */
    readonly iteratorAgeMs: number;
  }) => void;
  readonly complain: (message: string) => void;
}

/** Lambda polls each shard at a base rate of once a second, and at once again after a read that was not empty. */
const baseRateMs = 1_000;

/** Polls one shard for one mapping until stopped: one batch at a time, in order, never past what is not finished. */
export const createShardPoller = (mapping: KinesisMapping, shard: string, world: ShardWorld) => {
  let emptyAt = 0;
  let finishedUntil = 0;

  const finish = ({ sequenceNumber, arrivedAt }: PolledRecord): void => {
    world.checkpoint.set(sequenceNumber);
    finishedUntil = arrivedAt;
  };

  const giveUp = async (batch: Batch, cause: GiveUpCause, last?: InvokeResult): Promise<undefined> => {
    await world.giveUp(batch, cause, last);
    finish(batch.records.at(-1) as PolledRecord);
  };

  const attempt = async (batch: Batch): Promise<Batch | undefined> => {
    const records = batch.records.length;
    const iteratorAgeMs = world.now() - (batch.records.at(-1)?.arrivedAt ?? world.now());
    if (isTooOld(batch, mapping, world.now())) {
      world.report({ records, ms: 0, outcome: 'given-up', iteratorAgeMs });
      return giveUp(batch, 'age');
    }
    const startedAt = performance.now();
    const result = await world.invoke(kinesisEvent(mapping, world.region, shard, batch.records));
    const ms = performance.now() - startedAt;
    // Stopping kills what does not end by itself. That is no failure of the batch: the next run delivers it again.
    if (world.stopped() && 'error' in result) return undefined;
    const numbers = batch.records.map(({ sequenceNumber }) => sequenceNumber);
    const verdict = readAnswer(result, numbers, mapping.reportBatchItemFailures);
    const step = nextStep(batch, verdict, mapping, world.now());
    if ('done' in step && step.done) finish(step.done);
    const outcome = {
      advance: 'finished',
      retry: verdict.kind === 'from' ? 'partly' : 'failed',
      'give-up': 'given-up',
    } as const;
    world.report({ records, ms, outcome: outcome[step.kind], iteratorAgeMs });
    if (step.kind === 'advance') return undefined;
    if (step.kind === 'retry') {
      await world.sleep(retryDelay(step.batch.failures, world.random()));
      return step.batch;
    }
    return giveUp(step.batch, step.cause, result);
  };

  /** Runs a batch to its end: finished, given up, or left where it is because polling stopped or was disabled. */
  const process = async (records: readonly PolledRecord[]): Promise<void> => {
    let batch: Batch | undefined = { records, failures: 0 };
    while (batch && !world.stopped() && world.enabled()) batch = await attempt(batch);
  };

  const poll = async (): Promise<void> => {
    if (!world.enabled()) return world.sleep(baseRateMs / 5);
    // Before the read: what arrives while it is answered is not in the answer.
    const askedAt = world.now();
    const records = await world.read(world.checkpoint.get(), mapping.batchSize);
    if (records.length > 0) return process(records.slice(0, cutBatch(records, mapping.batchSize)));
    emptyAt = askedAt;
    return world.sleep(baseRateMs);
  };

  return {
    progress: (): ShardProgress => ({ shard, checkpoint: world.checkpoint.get(), emptyAt, finishedUntil }),
    run: async (): Promise<void> => {
      while (!world.stopped()) {
        try {
          await poll();
        } catch (error) {
          // The stream or the bucket does not answer: Lambda goes on polling, and so do we, from the same checkpoint.
          if (world.stopped()) return;
          world.complain(`${shard}: ${error instanceof Error ? error.message : String(error)}`);
          await world.sleep(baseRateMs);
        }
      }
    },
  };
};
