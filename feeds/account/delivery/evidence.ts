/** One message an event, or the newest of each entity at a bounded rate (docs/glossary.md). */
export type DeliveryKind = 'each' | 'latest';

/** What the relay keeps of a channel. */
export interface ChannelState {
  readonly channel: string;
  readonly delivery: DeliveryKind;
  /** Messages a second at most; undefined where there is no limit. */
  readonly perSecond: number | undefined;
  /** The highest number given; 0 before the first. */
  readonly lastNumber: number;
  /** The lowest that has not been deleted. */
  readonly oldestNumber: number;
}

/** An event as a message names it. */
export interface MessageEvent {
  /** `keyOf` of the stored event. */
  readonly key: string;
  readonly entity: string;
  /** What it says, parsed. */
  readonly body: unknown;
}

/** A message as its text says it is. */
export interface ReadMessage {
  readonly channel: string;
  readonly number: number;
  readonly delivery: DeliveryKind;
  /** Why it carries no events; undefined where it does. */
  readonly tombstone: string | undefined;
  readonly events: readonly MessageEvent[];
}

/** Of the text of a message. */
export interface MessageDigests {
  /** Of the text as it is. */
  readonly exact: string;
  /** Of the same written anew: an endpoint answers objects, and their texts are not to be had. */
  readonly rewritten: string;
}

/** A row of the table of messages. Milliseconds since the epoch by the database's clock, here and below. */
export interface MessageRow extends MessageDigests {
  readonly channel: string;
  readonly number: number;
  /** Undefined where its text is no message. */
  readonly message: ReadMessage | undefined;
  readonly numberedAt: number;
  /** When it was marked; undefined where it has not been. */
  readonly publishedAt: number | undefined;
}

/** The newest event of an entity, as the table of snapshots has it. */
export interface SnapshotRow {
  readonly channel: string;
  readonly entity: string;
  readonly number: number;
  readonly sourceEventId: string;
}

/** What still waits for its number. */
export interface OutboxRow {
  readonly channel: string;
  /** `keyOf` of its event. */
  readonly key: string;
}

/** A stored event, as far as its delivery goes. */
export interface StoredEvent {
  readonly key: string;
  readonly source: string;
  readonly sourceEventId: string;
  readonly subject: string;
  readonly entity: string;
  /** Microseconds since the epoch. */
  readonly occurredAt: number;
  readonly arrivedAt: number;
  readonly storedAt: number;
  /** JSON, as the database writes it. */
  readonly body: string;
}

/** A message that could never be published, as the table of dead letters has it. */
export interface Tombstone {
  readonly channel: string;
  readonly number: number;
  /** Keys of the events that it carried. */
  readonly keys: readonly string[];
}

/** Where an account of deliveries is taken from: each reads everything there is, from outside, and changes nothing. */
export interface DeliveryReaders {
  readonly readChannels: () => Promise<readonly ChannelState[]>;
  readonly readMessages: () => AsyncIterable<readonly MessageRow[]>;
  readonly readSnapshots: () => AsyncIterable<readonly SnapshotRow[]>;
  readonly readOutbox: () => AsyncIterable<readonly OutboxRow[]>;
  readonly readStoredEvents: () => AsyncIterable<readonly StoredEvent[]>;
}
