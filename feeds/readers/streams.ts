import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import type { StreamPage } from '../account/evidence.ts';

const hourMs = 3_600_000;

const shardsOf = async (kinesis: KinesisClient, stream: string): Promise<string[]> => {
  const shards: string[] = [];
  let token: string | undefined;
  do {
    // A token stands for the stream it was made for, and must come alone.
    const input = token === undefined ? { StreamName: stream } : { NextToken: token };
    const { Shards = [], NextToken } = await kinesis.send(new ListShardsCommand(input));
    shards.push(...Shards.flatMap(({ ShardId }) => ShardId ?? []));
    token = NextToken;
  } while (token !== undefined);
  return shards;
};

/** The records of a shard from the oldest on; an empty page says nothing unless the end is near as well. */
async function* pagesOf(kinesis: KinesisClient, stream: string, shard: string) {
  const begin = { StreamName: stream, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' } as const;
  let { ShardIterator: iterator } = await kinesis.send(new GetShardIteratorCommand(begin));
  while (iterator !== undefined) {
    const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator }));
    const { Records = [], MillisBehindLatest = 0, NextShardIterator } = page;
    yield Records.map(({ SequenceNumber = '', Data = new Uint8Array(), ApproximateArrivalTimestamp }) => ({
      sequenceNumber: SequenceNumber,
      bytes: Buffer.from(Data.buffer, Data.byteOffset, Data.byteLength),
      arrivedAt: ApproximateArrivalTimestamp?.getTime() ?? 0,
    }));
    if (Records.length === 0 && MillisBehindLatest === 0) return;
    iterator = NextShardIterator;
  }
}

/**
 * Reads streams from their oldest records on, up to where each ends at that moment.
 * @param streams - source by name of its stream
 */
export const createStreamsReader = (
  kinesis: KinesisClient,
  streams: ReadonlyMap<string, string>,
  now: () => number,
): (() => AsyncIterable<StreamPage>) =>
  async function* () {
    for (const [stream, source] of streams) {
      const { StreamDescriptionSummary: summary } = await kinesis.send(
        new DescribeStreamSummaryCommand({ StreamName: stream }),
      );
      const keepsFrom = now() - (summary?.RetentionPeriodHours ?? 24) * hourMs;
      for (const shard of await shardsOf(kinesis, stream)) {
        for await (const records of pagesOf(kinesis, stream, shard))
          yield { source, stream, shard, keepsFrom, records };
      }
    }
  };
