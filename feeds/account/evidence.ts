import type { Tombstone } from './delivery/evidence.ts';
import { positionKey, type StreamPosition } from '../../lambdas/shared/stream/position.ts';

/** A record as the stream still has it. */
export interface StreamEntry {
  readonly sequenceNumber: string;
  readonly bytes: Buffer;
  /** Milliseconds since the epoch, here and below. */
  readonly arrivedAt: number;
}

/** Some records of one shard, in its order; a shard without records has one empty page. */
export interface StreamPage {
  readonly source: string;
  readonly stream: string;
  readonly shard: string;
  /** What arrived before may be gone from the stream. */
  readonly keepsFrom: number;
  readonly records: readonly StreamEntry[];
}

/** What an event is, taken from its bytes: its key, and the hash that tells a duplicate from a conflict. */
export interface Identity {
  readonly source: string;
  readonly sourceEventId: string;
  /** Whole UTC days since 1970-01-01. */
  readonly day: number;
  /** Hexadecimal. */
  readonly bodyHash: string;
}

/** A row of the table of events. */
export interface StoredRow extends Identity {
  readonly position: StreamPosition;
  readonly arrivedAt: number;
  /** By the database's clock. */
  readonly storedAt: number;
}

/** A record that was parked, or that Lambda gave up on, as the table of dead letters has it. */
export interface DeadLetter {
  readonly source: string;
  readonly position: StreamPosition;
  readonly reason: string;
  readonly arrivedAt: number;
  /** When it was parked, or given up. */
  readonly failedAt: number;
  /** When the table got it; what lies between the two is how long it took to become a dead letter. */
  readonly takenInAt: number;
  readonly via: 'parked' | 'given-up';
  /** Of the bytes it carries; undefined where they cannot be had. */
  readonly digest: string | undefined;
  /** Of a message that could not be published, keys of the events in it; undefined of a record. */
  readonly messageKeys?: readonly string[];
}

/** What stands for the stream of a dead letter that is a message: channel for shard, number for sequence number. */
const outbox = 'outbox';

/** Whether a dead letter is a message that could not be published, and no record of a stream. */
export const isOfOutbox = ({ stream }: Pick<StreamPosition, 'stream'>): boolean => stream === outbox;

/** A record that the platform does not read for now, on purpose. */
export interface HeldRecord {
  readonly source: string;
  readonly position: StreamPosition;
  readonly arrivedAt: number;
  readonly digest: string;
}

/** One string per key, for sets. */
export const keyOf = ({ source, sourceEventId, day }: Omit<Identity, 'bodyHash'>): string =>
  `${source}/${day}/${sourceEventId}`;

/** The sets that explain what the streams hold. Keyed by position unless it says otherwise. */
export interface Evidence {
  readonly stored: ReadonlyMap<
    string,
    { readonly key: string; readonly source: string; readonly arrivedAt: number; readonly storedAt: number }
  >;
  /** Body hash by key. */
  readonly keys: ReadonlyMap<string, string>;
  readonly deadLetters: ReadonlyMap<string, DeadLetter>;
  readonly held: ReadonlyMap<string, HeldRecord>;
  /** Dead letters that are messages. */
  readonly tombstones: readonly Tombstone[];
  /** Rows that have a key, or a position, that another row has too. */
  readonly keysStoredTwice: readonly StoredRow[];
  readonly positionsStoredTwice: readonly StoredRow[];
}

type Pages<T> = AsyncIterable<readonly T[]>;

const collectRows = async (pages: Pages<StoredRow>) => {
  const stored = new Map<string, { key: string; source: string; arrivedAt: number; storedAt: number }>();
  const keys = new Map<string, string>();
  const keysStoredTwice: StoredRow[] = [];
  const positionsStoredTwice: StoredRow[] = [];
  for await (const page of pages) {
    for (const row of page) {
      const key = keyOf(row);
      const at = positionKey(row.position);
      if (keys.has(key)) keysStoredTwice.push(row);
      else keys.set(key, row.bodyHash);
      if (stored.has(at)) positionsStoredTwice.push(row);
      else stored.set(at, { key, source: row.source, arrivedAt: row.arrivedAt, storedAt: row.storedAt });
    }
  }
  return { stored, keys, keysStoredTwice, positionsStoredTwice };
};

const collectLetters = async (pages: Pages<DeadLetter>) => {
  const deadLetters = new Map<string, DeadLetter>();
  const tombstones: Tombstone[] = [];
  // A position is the key of the table: none comes twice.
  for await (const page of pages) {
    for (const letter of page) {
      const { shard: channel, sequenceNumber } = letter.position;
      if (!isOfOutbox(letter.position)) deadLetters.set(positionKey(letter.position), letter);
      else tombstones.push({ channel, number: Number(sequenceNumber), keys: letter.messageKeys ?? [] });
    }
  }
  return { deadLetters, tombstones };
};

const collectHeld = async (pages: Pages<HeldRecord>) => {
  const held = new Map<string, HeldRecord>();
  for await (const page of pages) for (const record of page) held.set(positionKey(record.position), record);
  return { held };
};

/** Reads all there is, page by page. Only positions, keys and digests are kept: some hundred bytes a record. */
export const collectEvidence = async (
  rows: Pages<StoredRow>,
  letters: Pages<DeadLetter>,
  heldRecords: Pages<HeldRecord>,
): Promise<Evidence> => ({
  ...(await collectRows(rows)),
  ...(await collectLetters(letters)),
  ...(await collectHeld(heldRecords)),
});
