import type { RejectReason } from '../lambdas/shared/errors/platform-error.ts';
import type { OutgoingEvent } from '../lambdas/shared/serde/encoder.ts';

/** An event on its way into a source's stream. */
export interface FeedEvent {
  /** Whose stream it goes to. */
  readonly source: string;
  readonly subject: string;
  /** What keeps records of one entity in order: they share a shard. */
  readonly partitionKey: string;
  readonly event: OutgoingEvent;
}

/** The same as bytes; what is wrong on purpose exists in this form only. */
export interface FeedRecord {
  /** Whose stream it goes to. */
  readonly source: string;
  readonly partitionKey: string;
  readonly data: Buffer;
  /** What is wrong with it on purpose. */
  readonly wrong?: Wrong;
}

/** One way in which a producer can be wrong, and why its record is then rejected. */
export interface Wrong {
  readonly name: string;
  readonly reason: RejectReason;
}

const mostCharacters = 256;

/** Kinesis takes 1 to 256 characters; what is longer, or nothing, is the pipeline's to judge, not the stream's. */
export const partitionKeyOf = (entity: string): string =>
  entity.length <= mostCharacters ? entity || '-' : Array.from(entity).slice(0, mostCharacters).join('');
