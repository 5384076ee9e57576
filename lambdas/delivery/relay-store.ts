import { float8Array, int4Array, textArray } from '../shared/database/binary-arrays.ts';
import type { Database } from '../shared/database/connection.ts';
import { storeError } from '../shared/database/sqlstate.ts';
import type { PlatformError } from '../shared/errors/platform-error.ts';
import type { Resilient } from '../shared/resilience/retry.ts';
import type { NewMessage, Numbering, Unnumbered } from './plan-messages.ts';
import {
  doubtStatement,
  entombStatement,
  markStatement,
  numberStatement,
  readStatement,
  releaseStatement,
  releaseUntilNextStatement,
  renewStatement,
} from './relay-statements.ts';
import { divisibleError } from './statement-error.ts';

/** A numbered message that is not marked as published: new, or left by whoever held the channel before. */
export interface UnpublishedMessage extends NewMessage {
  /** How often it was tried before. */
  readonly attempts: number;
  /** What AppSync said when it refused it, and it was not known whose fault that is; null where it never did. */
  readonly refused: string | null;
}

/** What waits in a channel that is held. Rows are looked at only where every number given is published. */
export interface Waiting extends Unnumbered {
  /** The lowest numbers first. */
  readonly unpublished: readonly UnpublishedMessage[];
  /** The message before those, where one of them was refused: it was published, and is still kept. */
  readonly control: string | null;
}

export interface MessageId {
  readonly channel: string;
  readonly number: number;
}

export interface Doubt extends MessageId {
  readonly refusal: string;
}

export interface Tomb extends MessageId {
  readonly body: string;
  readonly refusal: string;
}

/**
 * What the relay needs of the database. Every call is one statement, may be made again when its answer was lost, and
 * changes nothing of a channel whose lease is another's: a relay that wakes up after its lease does no harm.
 * All throw PlatformError where the database does not answer or refuses us; `take`, `read` and `number` also where the
 * channels of the statement are to be divided (statement-error.ts).
 */
export interface RelayStore {
  /** Takes those that nobody holds and nobody has put off. Waits for whoever is letting one of them go. */
  take(channels: readonly string[]): Promise<readonly { readonly channel: string; readonly lapsed: boolean }[]>;
  /** Of the channels that are still held. */
  read(channels: readonly string[]): Promise<readonly Waiting[]>;
  /** @returns the channels in which it was done */
  number(numberings: readonly Numbering[]): Promise<ReadonlySet<string>>;
  /** Repeatable, and right whoever holds the channel now: they were published. */
  mark(published: readonly MessageId[]): Promise<void>;
  /** Replaces the body of a message that can never be published by a tombstone's; the original stays beside it. */
  entomb(tombs: readonly Tomb[]): Promise<void>;
  /** Keeps what was said of a message that was refused, and counts how often the same was said. */
  doubt(doubts: readonly Doubt[]): Promise<void>;
  /** @returns those that are still held */
  renew(channels: readonly string[]): Promise<ReadonlySet<string>>;
  /** Lets go those in which nothing waits, looking under the lock. @returns those let go */
  letGo(channels: readonly string[]): Promise<ReadonlySet<string>>;
  /** Lets go whatever waits, and keeps everybody from taking them for a time. */
  release(channels: readonly string[], putOffMs: number): Promise<void>;
  /** Lets go `latest` channels, and keeps everybody from taking them before their next message may be numbered. */
  releaseUntilNext(channels: readonly string[]): Promise<void>;
}

/** Of what is read at once: it is several times in memory, as it came, as rows and as messages. */
const mostReadBytes = 8_000_000;
/** Of a channel's page. */
const mostPageBytes = 250_000;

interface WaitingRow extends Omit<Waiting, 'lastNumber' | 'unpublished' | 'rows' | 'more'> {
  readonly lastNumber: string;
  readonly unpublished: Waiting['unpublished'] | null;
  readonly rows: Waiting['rows'] | null;
  readonly more: boolean | null;
}

/** @param holder - names this invocation; no other ever has the same */
export const createRelayStore = (
  database: Database,
  { holder, leaseMs, resilient }: { readonly holder: string; readonly leaseMs: number; readonly resilient: Resilient },
): RelayStore => {
  const query = <Row>(
    text: string,
    values: readonly unknown[],
    errorOf: (error: unknown) => PlatformError = storeError,
  ): Promise<Row[]> =>
    resilient(async (timeoutMs) => {
      try {
        return await database.query<Row>(text, values, timeoutMs);
      } catch (error) {
        throw errorOf(error);
      }
    });

  return {
    take: (channels) =>
      query(
        'SELECT taken AS channel, lapsed FROM millrace.lease_channels($1::text[], $2::text, $3::float8)',
        [textArray(channels), holder, leaseMs / 1000],
        divisibleError,
      ),
    read: async (channels) => {
      const rows = await query<WaitingRow>(
        readStatement,
        [textArray(channels), holder, Math.floor(Math.min(mostPageBytes, mostReadBytes / channels.length))],
        divisibleError,
      );
      return rows.map(({ lastNumber, unpublished, rows: waiting, more, ...rest }) => ({
        ...rest,
        lastNumber: Number(lastNumber),
        unpublished: unpublished ?? [],
        rows: waiting ?? [],
        more: more ?? false,
      }));
    },
    number: async (numberings) =>
      channelsOf(await query(numberStatement, numberParameters(holder, leaseMs, numberings), divisibleError)),
    mark: async (published) => {
      await query(markStatement, idColumns(published));
    },
    entomb: async (tombs) => {
      const columns = [tombs.map(({ body }) => body), tombs.map(({ refusal }) => refusal)];
      await query(entombStatement, [...idColumns(tombs), ...columns.map(textArray), holder]);
    },
    doubt: async (doubts) => {
      await query(doubtStatement, [...idColumns(doubts), textArray(doubts.map(({ refusal }) => refusal)), holder]);
    },
    renew: async (channels) => channelsOf(await query(renewStatement, [textArray(channels), holder, leaseMs])),
    letGo: async (channels) =>
      channelsOf(
        await query('SELECT channel FROM millrace.let_go_channels($1::text[], $2::text) AS gone (channel)', [
          textArray(channels),
          holder,
        ]),
      ),
    release: async (channels, putOffMs) => {
      await query(releaseStatement, [textArray(channels), holder, putOffMs]);
    },
    releaseUntilNext: async (channels) => {
      await query(releaseUntilNextStatement, [textArray(channels), holder]);
    },
  };
};

const channelsOf = (rows: readonly { readonly channel: string }[]): ReadonlySet<string> =>
  new Set(rows.map(({ channel }) => channel));

/** Numbers go as text: they are bigint, and a JavaScript number is exact far beyond what a channel sends. */
const bigints = (values: readonly number[]): Buffer => textArray(values.map(String));

const idColumns = (ids: readonly MessageId[]): Buffer[] => [
  textArray(ids.map(({ channel }) => channel)),
  bigints(ids.map(({ number }) => number)),
];

const numberParameters = (holder: string, leaseMs: number, numberings: readonly Numbering[]): unknown[] => {
  const messages = numberings.flatMap(({ channel, messages: some }) => some.map((one) => ({ channel, ...one })));
  const snapshots = numberings.flatMap(({ channel, snapshots: some }) => some.map((one) => ({ channel, ...one })));
  return [
    holder,
    leaseMs,
    textArray(numberings.map(({ channel }) => channel)),
    bigints(numberings.map(({ lastNumber }) => lastNumber)),
    int4Array(numberings.map(({ messages: some }) => some.length)),
    // 0 where it stays as it is: the array has no nulls.
    int4Array(numberings.map(({ perSecond }) => perSecond ?? 0)),
    float8Array(numberings.map(({ pauseMs }) => pauseMs)),
    textArray(numberings.flatMap(({ rows }) => rows)),
    ...idColumns(messages),
    textArray(messages.map(({ body }) => body)),
    textArray(messages.map(({ unpublishable }) => unpublishable?.original ?? null)),
    textArray(messages.map(({ unpublishable }) => unpublishable?.refusal ?? null)),
    ...idColumns(snapshots),
    textArray(snapshots.map(({ event }) => event.entity)),
    textArray(snapshots.map(({ event }) => event.occurredAt)),
    textArray(snapshots.map(({ event }) => event.sourceEventId)),
    textArray(snapshots.map(({ event }) => JSON.stringify(event))),
  ];
};
