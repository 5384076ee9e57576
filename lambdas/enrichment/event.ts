import type { DecodedEvent, Priority } from '../shared/serde/decoder.ts';
import type { StreamPosition } from '../shared/stream/position.ts';

/** A number an event contributes to the windows of a series. */
export interface Measure {
  /** `<source>.<measure>:<entity>`, such as `market.mid:EUR/USD`. */
  readonly series: string;
  readonly value: number;
  /** What the value counts for in a mean; a window whose weights sum to zero has no mean. */
  readonly weight: number;
}

/**
 * What clients are to be told. `each`: one message an event. `latest`: what is newer of an entity replaces what has not
 * been sent of it yet, and the channel carries so many messages a second at most.
 */
export type Message = {
  readonly channel: string;
  /** Older than this since its arrival it is not pushed. Seconds; without it, it always is. */
  readonly expiresAfterSeconds?: number;
} & ({ readonly delivery: 'each' } | { readonly delivery: 'latest'; readonly perSecond: number });

/** What an enricher makes of a decoded event. */
export interface Enrichment {
  /** What the event is about: a symbol, a player, a match. */
  readonly entity: string;
  /** What is stored, projected and delivered: the event's own fields and the derived ones. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly measures: readonly Measure[];
  readonly message?: Message;
  /** Where the content says more than the producer did, such as a goal. Otherwise the header's stands. */
  readonly priority?: Priority;
}

/**
 * Pure: one decoded event in, its enrichment out.
 * @throws RejectedRecordError `broken-rule`, naming the field, the kind of its value and the rule.
 */
export type Enricher = (event: DecodedEvent) => Enrichment;

/** A valid event on its way into the store. */
export interface EnrichedEvent extends Enrichment {
  readonly decoded: DecodedEvent;
  readonly position: StreamPosition;
  /** When the stream took the record, milliseconds since the epoch. */
  readonly arrivedAt: number;
}
