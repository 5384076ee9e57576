import type { StoredRow } from '../account/evidence.ts';
import { rowPages, type ConnectReader } from './row-pages.ts';

const pageSize = 5_000;

/** Positions, keys and hashes of all rows. Days as a number: a date would come back in the machine's time zone. */
const query = `
  SELECT source, source_event_id AS "sourceEventId", occurred_on - DATE '1970-01-01' AS day,
         encode(body_hash, 'hex') AS "bodyHash", stream, shard, sequence_number AS "sequenceNumber",
         floor(extract(epoch FROM arrived_at) * 1000)::float8 AS "arrivedAt",
         floor(extract(epoch FROM ingested_at) * 1000)::float8 AS "storedAt"
    FROM millrace.events`;

interface FlatRow extends Omit<StoredRow, 'position'> {
  readonly stream: string;
  readonly shard: string;
  readonly sequenceNumber: string;
}

/**
 * Reads the table of events, as it is at one moment.
 * @param connect - a new connection that may read the table; it is ended here
 */
export const createStoredRowsReader = (connect: ConnectReader): (() => AsyncIterable<readonly StoredRow[]>) =>
  async function* () {
    for await (const rows of rowPages<FlatRow>(connect, query, pageSize))
      yield rows.map(({ stream, shard, sequenceNumber, ...row }) => ({
        ...row,
        position: { stream, shard, sequenceNumber },
      }));
  };
