import { awayDelay } from '../../pause.ts';
import type { FunctionResult, InvokeResult, KinesisMapping } from '../../world.ts';
import { readAnswer } from './answer.ts';
import type { Lane } from './lanes.ts';
import { nextStep, retryDelay, splitByAge, type Batch, type GiveUpCause, type NextStep } from './next-step.ts';
import { kinesisEvent, type PolledRecord } from './record.ts';
import type { AttemptReport, ShardWorld } from './shard-world.ts';

/** AWS drops what its destination does not take, and does not say after how long. */
const longestDeliveryMs = 5 * 60_000;

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Records of a failed invocation that are to be tried again, or given up. */
const failedOf = (step: NextStep): number => {
  if (step.kind === 'given-up') return step.gone.records.length;
  return 'left' in step ? step.left.reduce((sum, { records }) => sum + records.length, 0) : 0;
};

const failuresOf = (step: NextStep, { failures }: Batch): number => {
  if (step.kind === 'given-up') return step.gone.failures;
  return 'left' in step ? step.left[0].failures : failures;
};

/**
 * Works on the batches of a lane until all are finished or given up, or until polling is stopped or disabled: then they
 * stay in the lane, after the attempt under way.
 *
 * @param finish - called with records that are not to be tried again
 */
export const createLaneWork = (
  mapping: KinesisMapping,
  shard: string,
  world: ShardWorld,
  finish: (records: readonly PolledRecord[]) => void,
) => {
  /** @returns false where a stop came first: the next run delivers the records again */
  const giveUp = async (batch: Batch, cause: GiveUpCause, last?: FunctionResult): Promise<boolean> => {
    const { length } = batch.records;
    const until = world.now() + longestDeliveryMs;
    for (let failures = 1; ; failures += 1) {
      try {
        await world.giveUp(batch, cause, last);
        world.count(mapping.onFailureArn ? 'OnFailureDestinationDeliveredEventCount' : 'DroppedEventCount', length);
        return true;
      } catch (error) {
        if (failures === 1) world.complain(`${shard}: the destination takes no give-up: ${reason(error)}`);
      }
      if (world.now() >= until) {
        world.complain(`${shard}: ${length} records are dropped: the destination took them not once in five minutes`);
        world.count('DroppedEventCount', length);
        return true;
      }
      await world.sleep(awayDelay(failures, world.random()));
      if (world.stopped()) return false;
    }
  };

  const invoke = async (records: readonly PolledRecord[]): Promise<InvokeResult> => {
    try {
      return await world.invoke(kinesisEvent(mapping, world.region, shard, records));
    } catch (error) {
      world.complain(`${shard}: ${reason(error)}`);
      return { throttled: reason(error) };
    }
  };

  /** Gives up what a batch begins with that is too old. @returns whether there was any */
  const dropOld = async (lane: Lane, batch: Batch, later: readonly Batch[]): Promise<boolean> => {
    const { old, young } = splitByAge(batch, mapping, world.now());
    if (old.length === 0) return false;
    const { failures } = batch;
    const iteratorAgeMs = world.now() - (old.at(-1)?.arrivedAt ?? 0);
    world.report({ records: old.length, ms: 0, outcome: 'given-up', failures, iteratorAgeMs });
    if (!(await giveUp({ ...batch, records: old }, 'age'))) return true;
    lane.batches = young.length > 0 ? [{ ...batch, records: young }, ...later] : later;
    finish(old);
    return true;
  };

  const settle = async (lane: Lane, step: NextStep, later: readonly Batch[], result: FunctionResult): Promise<void> => {
    const left = 'left' in step ? step.left : [];
    lane.batches = [...('gone' in step ? [step.gone] : left), ...later];
    if ('done' in step && step.done.length > 0) finish(step.done);
    if (step.kind === 'given-up') {
      if (!(await giveUp(step.gone, 'attempts', result))) return;
      lane.batches = later;
      finish(step.gone.records);
    }
    if (left[0]) await world.sleep(retryDelay(Math.max(1, left[0].failures), world.random()));
  };

  const attempt = async (lane: Lane, batch: Batch, later: readonly Batch[]): Promise<void> => {
    const { length } = batch.records;
    const iteratorAgeMs = world.now() - (batch.records.at(-1)?.arrivedAt ?? 0);
    const startedAt = performance.now();
    const report = (what: Pick<AttemptReport, 'outcome' | 'failures'>): void =>
      world.report({ records: length, ms: performance.now() - startedAt, iteratorAgeMs, ...what });

    const result = await invoke(batch.records);
    if ('throttled' in result) {
      lane.throttles += 1;
      world.count('FailedInvokeEventCount', length);
      report({ outcome: 'throttled', failures: batch.failures });
      return world.sleep(awayDelay(lane.throttles, world.random()));
    }
    lane.throttles = 0;
    world.count('InvokedEventCount', length);
    // Stopping kills what does not end by itself. That is no failure of the batch: the next run delivers it again.
    if (world.stopped() && 'error' in result) return;
    const numbers = batch.records.map(({ sequenceNumber }) => sequenceNumber);
    const verdict = readAnswer(result, numbers, mapping.reportBatchItemFailures);
    const step = nextStep({ ...batch, requestId: result.requestId }, verdict, mapping);
    if (failedOf(step) > 0) world.count('FailedInvokeEventCount', failedOf(step));
    report({ outcome: step.kind, failures: failuresOf(step, batch) });
    return settle(lane, step, later, result);
  };

  return async (lane: Lane): Promise<void> => {
    while (!world.stopped() && world.enabled()) {
      const [batch, ...later] = lane.batches;
      if (!batch) return;
      if (!(await dropOld(lane, batch, later))) await attempt(lane, batch, later);
    }
  };
};
