import type { BatchReport, FunctionResult, InvokeResult } from '../../world.ts';
import type { Batch, GiveUpCause } from './next-step.ts';
import type { PolledRecord } from './record.ts';

/** Lambda's metrics of the group `EventCount`, as far as a stream has them. */
export type StreamMetric =
  | 'PolledEventCount'
  | 'InvokedEventCount'
  | 'FailedInvokeEventCount'
  | 'DroppedEventCount'
  | 'OnFailureDestinationDeliveredEventCount';

/** What became of one attempt at a batch. */
export interface AttemptReport extends Omit<BatchReport, 'functionArn'> {
  /** Of the newest record of the batch when it was handed over, milliseconds. */
  readonly iteratorAgeMs: number;
}

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
  /** Rejects where the function cannot be invoked; as a throttle, that is no attempt. */
  readonly invoke: (event: unknown) => Promise<InvokeResult>;
  /**
   * Hands records that are given up to the mapping's destination; without one it does nothing.
   *
   * @param last - undefined where age ended them
   * @throws Error where the destination does not take them
   */
  readonly giveUp: (batch: Batch, cause: GiveUpCause, last: FunctionResult | undefined) => Promise<void>;
  readonly checkpoint: { readonly get: () => string | undefined; readonly set: (sequenceNumber: string) => void };
  readonly report: (report: AttemptReport) => void;
  readonly count: (metric: StreamMetric, records: number) => void;
  readonly complain: (message: string) => void;
}
