import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { serviceError } from '../aws/service-error.ts';
import { cutCalls, type OutgoingRecord } from './put-records-limits.ts';

/** Counts since the producer was made. Every record given to `send` ends in `sent` or in `failed`. */
export interface ProducerStatistics {
  readonly sent: number;
  readonly failed: number;
  readonly calls: number;
  /** Entries sent once more: those of a call of which only some were taken, and all of a call that failed. */
  readonly retriedEntries: number;
  /** Entries that the stream refused for its throughput. */
  readonly throttled: number;
  /** Of data that was taken. */
  readonly bytes: number;
}

export interface Producer {
  /**
   * Resolves when the stream has every record. PutRecords is not ordered: two records of one call, or one that is sent
   * once more, may arrive in another order than they were given in.
   * @throws Error saying how many of the records were not taken after the last attempt, and why the last of them was not
   */
  readonly send: (records: readonly OutgoingRecord[]) => Promise<void>;
  readonly statistics: () => ProducerStatistics;
}

export interface ProducerOptions {
  readonly client: KinesisClient;
  readonly streamName: string;
  /** 0 to 1. */
  readonly random: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** A record is sent at most this many times. @default 8 */
  readonly attempts?: number;
}

const firstDelayMs = 50;
const mostDelayMs = 5_000;
const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
]);
/** What Kinesis calls a request that it will never take. */
const invalid = new Set(['ValidationException', 'InvalidArgumentException', 'SerializationException']);
const countable = { sent: 0, failed: 0, calls: 0, retriedEntries: 0, throttled: 0, bytes: 0 };

/** What one call left: the entries to send again, and why. */
interface Refused {
  readonly records: readonly OutgoingRecord[];
  readonly cause: unknown;
  /** Nothing would be gained by sending it again. */
  readonly isFinal: boolean;
}

/** Sends in calls of what PutRecords takes, one after the other; of each, again only what was not taken. */
export const createProducer = ({ client, streamName, random, sleep, attempts = 8 }: ProducerOptions): Producer => {
  const counts = { ...countable };

  const put = async (records: readonly OutgoingRecord[]): Promise<Refused> => {
    counts.calls += 1;
    const entries = records.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data }));
    try {
      const { Records = [] } = await client.send(new PutRecordsCommand({ StreamName: streamName, Records: entries }));
      const codes = records.map((_, n) =>
        Records[n]?.SequenceNumber === undefined ? (Records[n]?.ErrorCode ?? 'no answer') : '',
      );
      counts.throttled += codes.filter((code) => throttles.has(code)).length;
      const refused = records.filter((_, n) => codes[n] !== '');
      counts.sent += records.length - refused.length;
      counts.bytes += total(records) - total(refused);
      return { records: refused, cause: codes.findLast((code) => code !== ''), isFinal: false };
    } catch (error) {
      if (throttles.has(nameOf(error))) counts.throttled += records.length;
      const isFinal = serviceError('stream', error).disposition === 'halt' || invalid.has(nameOf(error));
      return { records, cause: error, isFinal };
    }
  };

  /** Full jitter: producers that were refused together do not come back together. */
  const backOff = (attempt: number): Promise<void> =>
    sleep(random() * Math.min(mostDelayMs, firstDelayMs * 2 ** attempt));

  const sendCall = async (records: readonly OutgoingRecord[]): Promise<Refused> => {
    let left: Refused = await put(records);
    for (let attempt = 1; attempt < attempts && left.records.length > 0 && !left.isFinal; attempt += 1) {
      await backOff(attempt - 1);
      counts.retriedEntries += left.records.length;
      left = await put(left.records);
    }
    counts.failed += left.records.length;
    return left;
  };

  return {
    send: async (records) => {
      const refused: Refused[] = [];
      for (const call of cutCalls(records)) {
        const left = await sendCall(call);
        if (left.records.length > 0) refused.push(left);
      }
      const last = refused.at(-1);
      if (!last) return;
      const failed = refused.reduce((sum, left) => sum + left.records.length, 0);
      throw new Error(`${streamName} did not take ${failed} of ${records.length} records (${nameOf(last.cause)})`, {
        cause: last.cause,
      });
    },
    statistics: () => ({ ...counts }),
  };
};

const total = (records: readonly OutgoingRecord[]): number => records.reduce((sum, { data }) => sum + data.length, 0);

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : String(cause));
