import type { Encoder } from '../../lambdas/shared/serde/encoder.ts';
import type { FeedEvent, FeedRecord, Wrong } from '../feed-event.ts';

/** What wrong records are made of: nothing in it is wrong yet. */
export interface Material {
  readonly encoder: Encoder;
  /** A right event of a subject. */
  readonly event: (subject: string) => FeedEvent;
  /** An event of a source that its stream has; undefined where it has none yet. */
  readonly sent: (source: string) => FeedEvent | undefined;
}

/** One way to be wrong, on the stream of one source. */
export interface WrongKind extends Wrong {
  readonly source: string;
  /** Undefined where there is nothing yet to make it of. */
  readonly make: (material: Material) => FeedRecord | undefined;
}

/** Numbers of an event that others are made of; each is there where its subject has it. */
export type Fields = Readonly<
  Record<'ask' | 'bid' | 'volume' | 'size' | 'x' | 'startSeconds' | 'endSeconds' | 'likes', number>
>;
export type Change = (fields: Fields) => Readonly<Record<string, unknown>>;

export const encoded = (encoder: Encoder, { source, subject, partitionKey, event }: FeedEvent): FeedRecord => ({
  source,
  partitionKey,
  data: encoder.encode(subject, event, { compression: 'none' }),
});

/** Some fields of an event changed; it stays under its key, and on its shard. */
export const changed = (feedEvent: FeedEvent, change: Change): FeedEvent => ({
  ...feedEvent,
  event: { ...feedEvent.event, ...change(feedEvent.event as unknown as Fields) },
});
