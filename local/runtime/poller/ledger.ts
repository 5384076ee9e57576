import type { PolledRecord } from './record.ts';

/** A record that the checkpoint moves to. */
export type Mark = Pick<PolledRecord, 'sequenceNumber' | 'arrivedAt'>;

/** Which records of a shard were read and are not behind its checkpoint yet, in the order of the shard. */
export interface Ledger {
  readonly size: () => number;
  /** Bytes of the records that are not finished. */
  readonly bytes: () => number;
  add(records: readonly PolledRecord[]): void;
  /** @returns the record that the checkpoint moves to, where it moves: nothing before it is unfinished in any lane */
  finish(records: readonly PolledRecord[]): Mark | undefined;
  clear(): void;
}

/** Without its data: what is finished behind a lane that is stuck must not fill the memory. */
interface Entry {
  readonly arrivedAt: number;
  readonly bytes: number;
  finished: boolean;
}

export const createLedger = (): Ledger => {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  return {
    size: () => entries.size,
    bytes: () => bytes,
    add: (records) => {
      for (const { sequenceNumber, arrivedAt, data } of records) {
        entries.set(sequenceNumber, { arrivedAt, bytes: data.length, finished: false });
        bytes += data.length;
      }
    },
    finish: (records) => {
      for (const { sequenceNumber } of records) {
        const entry = entries.get(sequenceNumber);
        if (!entry || entry.finished) continue;
        entry.finished = true;
        bytes -= entry.bytes;
      }
      let last: Mark | undefined;
      // A map keeps the order in which it was filled, which is the shard's.
      for (const [sequenceNumber, { arrivedAt, finished }] of entries) {
        if (!finished) break;
        entries.delete(sequenceNumber);
        last = { sequenceNumber, arrivedAt };
      }
      return last;
    },
    clear: () => {
      entries.clear();
      bytes = 0;
    },
  };
};
