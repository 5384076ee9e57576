/** A record on its way into a stream. */
export interface OutgoingRecord {
  /** Records of one key keep to one shard. 1 to 256 characters. */
  readonly partitionKey: string;
  readonly data: Buffer;
}

/** PutRecords takes 500 records and 10 MiB a call, partition keys included; the older limit is one that every service in its place keeps. */
const mostRecords = 500;
const mostBytes = 5 * 1024 * 1024;

const sizeOf = ({ partitionKey, data }: OutgoingRecord): number => Buffer.byteLength(partitionKey) + data.length;

/** Cuts records into calls, in order, by number and by bytes. A record too large for a call stands alone, and is refused. */
export const cutCalls = (records: readonly OutgoingRecord[]): OutgoingRecord[][] => {
  const calls: OutgoingRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    const last = calls.at(-1);
    if (last && last.length < mostRecords && bytes + size <= mostBytes) {
      last.push(record);
      bytes += size;
    } else {
      calls.push([record]);
      bytes = size;
    }
  }
  return calls;
};
