import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  ResourceNotFoundException,
  type _Record,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import type { KinesisStreamRecord } from 'aws-lambda';
import { serviceError } from '../../shared/aws/service-error.ts';
import { UnavailableError } from '../../shared/errors/platform-error.ts';
import type { HeldSource } from './config.ts';

export interface HeldRecordsStore {
  /**
   * The first records of a shard that are held, as the mapping would deliver them; empty where nothing is there any more,
   * or the shard itself is gone.
   * @throws UnavailableError or MisconfiguredError, reason `stream`
   */
  read(source: HeldSource, shard: string, from: string): Promise<readonly KinesisStreamRecord[]>;
}

const mostRecords = 200;
/** An invocation takes 6 MiB: these are 4.7 in base64, and the fields around 200 records take less than the rest. */
const mostBytes = 3.5 * 1024 * 1024;
/** A page may be empty though there are records behind it, where a shard has gaps. */
const mostPages = 5;

const asDelivered = (
  { streamArn }: HeldSource,
  region: string,
  shard: string,
  { SequenceNumber = '', PartitionKey = '', Data = new Uint8Array(), ApproximateArrivalTimestamp }: _Record,
): KinesisStreamRecord => ({
  eventID: `${shard}:${SequenceNumber}`,
  eventName: 'aws:kinesis:record',
  eventSource: 'aws:kinesis',
  eventSourceARN: streamArn,
  eventVersion: '1.0',
  awsRegion: region,
  invokeIdentityArn: '',
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: PartitionKey,
    sequenceNumber: SequenceNumber,
    data: Buffer.from(Data).toString('base64'),
    approximateArrivalTimestamp: (ApproximateArrivalTimestamp?.getTime() ?? 0) / 1000,
  },
});

/** As many from the first on as fit. */
export const withinBytes = (records: readonly _Record[], most: number): readonly _Record[] => {
  let bytes = 0;
  const end = records.findIndex(({ Data }) => (bytes += Data?.length ?? 0) > most);
  return end === -1 ? records : records.slice(0, end);
};

export const createHeldRecordsStore = (client: KinesisClient, region: string): HeldRecordsStore => {
  const page = async (iterator: string | undefined): Promise<{ records: readonly _Record[]; next?: string }> => {
    const {
      Records: records = [],
      NextShardIterator: next,
      MillisBehindLatest: behind = 0,
    } = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: mostRecords }));
    return { records, ...(behind > 0 && next !== undefined ? { next } : {}) };
  };

  const first = async (stream: string, shard: string, from: string): Promise<readonly _Record[]> => {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({
        StreamName: stream,
        ShardId: shard,
        ShardIteratorType: 'AT_SEQUENCE_NUMBER',
        StartingSequenceNumber: from,
      }),
    );
    let iterator = ShardIterator;
    for (let n = 0; n < mostPages; n += 1) {
      const { records, next } = await page(iterator);
      if (records.length > 0 || next === undefined) return records;
      iterator = next;
    }
    throw new UnavailableError('stream', `${shard} gave ${mostPages} empty pages and says that there is more`);
  };

  /** A shard that is gone and a stream that is not there are the same error; only the second is a fault of the deployment. */
  const isThere = async (stream: string): Promise<boolean> => {
    try {
      await client.send(new ListShardsCommand({ StreamName: stream, MaxResults: 1 }));
      return true;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw serviceError('stream', error);
    }
  };

  return {
    read: async (source, shard, from) => {
      try {
        const records = await first(source.streamName, shard, from);
        return withinBytes(records, mostBytes).map((record) => asDelivered(source, region, shard, record));
      } catch (error) {
        if (error instanceof ResourceNotFoundException && (await isThere(source.streamName))) return [];
        throw error instanceof UnavailableError ? error : serviceError('stream', error);
      }
    },
  };
};
