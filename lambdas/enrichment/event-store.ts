import { MisconfiguredError, RejectedRecordError, type PlatformError } from '../shared/errors/platform-error.ts';
import { dateArray, textArray } from '../shared/database/binary-arrays.ts';
import type { Database } from '../shared/database/connection.ts';
import { faultOf, sqlStateOf, storeError } from '../shared/database/sqlstate.ts';
import type { Resilient } from '../shared/resilience/retry.ts';
import { compareSequence } from '../shared/stream/position.ts';
import type { EnrichedEvent } from './event.ts';
import { eventKey, inEventOrder, utcDay } from './event-key.ts';
import { recordParameters, recordStatement } from './record-statement.ts';

/** What became of an event: in the table, there before with the same content, there before with another, or refused. */
export type Outcome = 'stored' | 'duplicate' | PlatformError;

export interface EventStore {
  /** One outcome per event, in the order given. Never throws: what is wrong with the store is the events' outcome. */
  record(events: readonly EnrichedEvent[], resilient: Resilient): Promise<readonly Outcome[]>;
}

interface StoredKey {
  readonly source_event_id: string;
  readonly day: number;
  readonly body_hash: Buffer;
}

const ensurePartitions = `SELECT millrace.ensure_event_partitions($1::date[])`;

const findStored = `
SELECT e.source_event_id, e.occurred_on - DATE '1970-01-01' AS day, e.body_hash
FROM unnest($2::text[], $3::date[]) AS k (source_event_id, occurred_on)
JOIN millrace.events e ON e.source = $1 AND e.source_event_id = k.source_event_id AND e.occurred_on = k.occurred_on`;

const mostKnownDays = 10_000;
/** What PostgreSQL says of a row that no partition takes. */
const checkViolation = '23514';

/**
 * @param spans - window lengths of this source's measures, in seconds, the shortest first
 * @throws MisconfiguredError where the shortest does not divide the others, which are rolled up from it
 */
export const createEventStore = (database: Database, source: string, spans: readonly number[]): EventStore => {
  const [shortest = 1] = spans;
  if (spans.some((span) => span % shortest !== 0)) {
    throw new MisconfiguredError('windows', `${source}: window spans must be multiples of the first, ${shortest} s`);
  }
  const knownDays = new Set<number>();

  const ensureDays = async (events: readonly EnrichedEvent[], timeoutMs: number): Promise<void> => {
    const missing = [...new Set(events.map(({ decoded }) => utcDay(decoded.header.occurredAt)))].filter(
      (day) => !knownDays.has(day),
    );
    if (missing.length === 0) return;
    await database.query(ensurePartitions, [dateArray(missing)], timeoutMs);
    if (knownDays.size + missing.length > mostKnownDays) knownDays.clear();
    for (const day of missing) knownDays.add(day);
  };

  /** Hashes under the keys of events that were not inserted. A second statement sees what concurrent lanes committed. */
  const storedHashes = async (events: readonly EnrichedEvent[], timeoutMs: number): Promise<Map<string, Buffer>> => {
    const headers = events.map(({ decoded }) => decoded.header);
    const ids = textArray(headers.map(({ sourceEventId }) => sourceEventId));
    const days = dateArray(headers.map(({ occurredAt }) => utcDay(occurredAt)));
    const rows = await database.query<StoredKey>(findStored, [source, ids, days], timeoutMs);
    return new Map(rows.map((row) => [`${row.day}/${row.source_event_id}`, row.body_hash]));
  };

  /** Returns, per key, the hash now stored and whether this call stored it. */
  const insert = async (events: readonly EnrichedEvent[], resilient: Resilient): Promise<Map<string, Kept>> => {
    const kept = new Map<string, Kept>();
    const at = (events[0] as EnrichedEvent).position;
    const statement = (timeoutMs: number): Promise<{ n: number }[]> =>
      database.query(recordStatement, recordParameters(source, at, events, spans), timeoutMs);
    const absent = await resilient(async (timeoutMs) => {
      await ensureDays(events, timeoutMs);
      const rows = await statement(timeoutMs).catch(async (error: unknown) => {
        if (sqlStateOf(error) !== checkViolation) throw error;
        // No partition: one that we knew has been dropped, or is not in a restored database. It is not a record's fault.
        knownDays.clear();
        await ensureDays(events, timeoutMs);
        return statement(timeoutMs);
      });
      return new Set(rows.map(({ n }) => n - 1));
    });
    events.forEach(({ decoded }, index) => {
      if (!absent.has(index)) kept.set(eventKey(decoded.header), { hash: decoded.bodyHash, fresh: true });
    });
    if (absent.size === 0) return kept;
    const notInserted = events.filter((_, index) => absent.has(index));
    const hashes = await resilient((timeoutMs) => storedHashes(notInserted, timeoutMs));
    for (const [key, hash] of hashes) kept.set(key, { hash, fresh: false });
    return kept;
  };

  /** Halves on a fault of one record, so that its neighbours are stored: at most log2(batch) levels deep. */
  const insertOrHalve = async (events: readonly EnrichedEvent[], resilient: Resilient): Promise<Map<string, Kept>> => {
    try {
      return await insert(events, resilient);
    } catch (error) {
      if (faultOf(error) !== 'record') return all(events, storeError(error));
      if (events.length === 1) return all(events, refusal(error));
      const middle = Math.ceil(events.length / 2);
      const first = await insertOrHalve(events.slice(0, middle), resilient);
      const second = await insertOrHalve(events.slice(middle), resilient);
      return new Map([...first, ...second]);
    }
  };

  const recordShard = async (events: readonly EnrichedEvent[], resilient: Resilient): Promise<readonly Outcome[]> => {
    if (events.length === 0) return [];
    const candidates = firstOfEachKey(events).sort((a, b) => inEventOrder(a.decoded.header, b.decoded.header));
    const chosen = new Set(candidates);
    const kept = await insertOrHalve(candidates, resilient);
    const outcomes = events.map((event) =>
      outcomeOf(event, chosen.has(event), kept.get(eventKey(event.decoded.header))),
    );
    // Where the first of a key was refused, its doubles have not had their turn. Each round settles a candidate per key.
    const waiting = events.filter((event) => !chosen.has(event) && refusedFirst(kept, event));
    const second = new Map(zip(waiting, await recordShard(waiting, resilient)));
    return events.map((event, index) => second.get(event) ?? (outcomes[index] as Outcome));
  };

  return {
    record: async (events, resilient) => {
      // A Kinesis batch is of one shard, and so of one statement; a Kafka batch can hold several partitions.
      const shards = Map.groupBy(events, ({ position }) => `${position.stream}/${position.shard}`);
      const outcomes = new Map<EnrichedEvent, Outcome>();
      for (const shard of shards.values()) {
        for (const [event, outcome] of zip(shard, await recordShard(shard, resilient))) outcomes.set(event, outcome);
      }
      return events.map((event) => outcomes.get(event) as Outcome);
    },
  };
};

const zip = <A, B>(as: readonly A[], bs: readonly B[]): [A, B][] => as.map((a, index) => [a, bs[index] as B]);

type Kept = { readonly hash: Buffer; readonly fresh: boolean } | PlatformError;

const refusedFirst = (kept: ReadonlyMap<string, Kept>, { decoded }: EnrichedEvent): boolean =>
  kept.get(eventKey(decoded.header)) instanceof RejectedRecordError;

const all = (events: readonly EnrichedEvent[], error: PlatformError): Map<string, Kept> =>
  new Map(events.map(({ decoded }) => [eventKey(decoded.header), error]));

/** Doubles in a batch: the lowest sequence number stays. */
const firstOfEachKey = (events: readonly EnrichedEvent[]): EnrichedEvent[] => {
  const first = new Map<string, EnrichedEvent>();
  for (const event of events) {
    const key = eventKey(event.decoded.header);
    const other = first.get(key);
    if (!other || compareSequence(event.position.sequenceNumber, other.position.sequenceNumber) < 0) {
      first.set(key, event);
    }
  }
  return [...first.values()];
};

const outcomeOf = (event: EnrichedEvent, candidate: boolean, kept: Kept | undefined): Outcome => {
  if (!kept) return storeError(new Error('the key was neither inserted nor found')); // its partition was dropped between the two statements
  if (kept instanceof Error) return kept;
  if (candidate && kept.fresh) return 'stored';
  if (event.decoded.bodyHash.equals(kept.hash)) return 'duplicate';
  return new RejectedRecordError(
    'conflict',
    'record',
    'sourceEventId: stored before with another content; the first stays. Give the event an id of its own',
    { sourceEventId: event.decoded.header.sourceEventId },
  );
};

const refusal = (error: unknown): PlatformError =>
  new RejectedRecordError('refused-by-store', 'record', 'PostgreSQL cannot hold a value of this event', {
    sqlState: sqlStateOf(error) ?? 'none',
  });
