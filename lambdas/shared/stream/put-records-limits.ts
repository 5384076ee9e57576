import { cutIntoCalls } from '../batch/cut-calls.ts';

/** A record on its way into a stream. */
export interface OutgoingRecord {
  /** Records of one key keep to one shard. 1 to 256 characters. */
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** PutRecords takes 500 records and 10 MiB a call, partition keys included; the older limit is one that every service in its place keeps. */
const most = { items: 500, bytes: 5 * 1024 * 1024 };

const sizeOf = ({ partitionKey, data }: OutgoingRecord): number => Buffer.byteLength(partitionKey) + data.length;

/** Cuts records into calls, in order, by number and by bytes. A record too large for a call stands alone, and is refused. */
export const cutCalls = (records: readonly OutgoingRecord[]): OutgoingRecord[][] => cutIntoCalls(records, sizeOf, most);
