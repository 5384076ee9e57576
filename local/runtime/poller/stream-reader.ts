import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import type { KinesisMapping } from '../../world.ts';
import type { PolledRecord } from './record.ts';

/** `kinesalite` knows streams by name, not by ARN. */
export const streamName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

export const listShards = async (client: KinesisClient, stream: string): Promise<string[]> => {
  const shards: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(new ListShardsCommand(token ? { NextToken: token } : { StreamName: stream }));
    shards.push(...(page.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []));
    token = page.NextToken;
  } while (token);
  return shards;
};

/** Reads one shard forward. It keeps the iterator of the last read and asks for a new one when the position is another. */
export const createShardReader = (client: KinesisClient, mapping: KinesisMapping, shard: string) => {
  const stream = streamName(mapping.streamArn);
  let next: { readonly after: string | undefined; readonly iterator: string } | undefined;

  const iteratorAfter = async (after: string | undefined): Promise<string> => {
    const { ShardIterator = '' } = await client.send(
      new GetShardIteratorCommand({
        StreamName: stream,
        ShardId: shard,
        ...(after === undefined
          ? { ShardIteratorType: mapping.startingPosition }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: after }),
      }),
    );
    return ShardIterator;
  };

  return async (after: string | undefined, limit: number): Promise<readonly PolledRecord[]> => {
    const iterator = next && next.after === after ? next.iterator : await iteratorAfter(after);
    next = undefined; // used up: an iterator that failed must not be used again
    const { Records = [], NextShardIterator } = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }),
    );
    const last = Records.at(-1)?.SequenceNumber ?? after;
    if (NextShardIterator) next = { after: last, iterator: NextShardIterator };
    return Records.map(({ SequenceNumber = '', PartitionKey = '', Data, ApproximateArrivalTimestamp }) => ({
      sequenceNumber: SequenceNumber,
      partitionKey: PartitionKey,
      data: Buffer.from(Data ?? []),
      arrivedAt: ApproximateArrivalTimestamp?.getTime() ?? 0,
    }));
  };
};
