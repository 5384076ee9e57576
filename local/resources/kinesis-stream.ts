import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  ResourceNotFoundException,
  type StreamDescriptionSummary,
} from '@aws-sdk/client-kinesis';
import * as z from 'zod';
import type { Clients } from './clients.ts';
import { physicalName, provider, wholeNumber } from './provider.ts';
import { until } from './until.ts';

const Properties = z.strictObject({
  Name: z.optional(z.string()),
  ShardCount: z.optional(wholeNumber),
  RetentionPeriodHours: z.optional(wholeNumber),
  // The local Kinesis cannot split shards by itself, so it cannot be on demand.
  StreamModeDetails: z.optional(z.strictObject({ StreamMode: z.literal('PROVISIONED') })),
});

const describe = async ({ kinesis }: Clients, name: string): Promise<StreamDescriptionSummary | undefined> => {
  try {
    const { StreamDescriptionSummary: found } = await kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: name }),
    );
    return found;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
};

const active = (clients: Clients, name: string): Promise<StreamDescriptionSummary> =>
  until(`the stream ${name} to be active`, async () => {
    const stream = await describe(clients, name);
    return stream?.StreamStatus === 'ACTIVE' ? stream : undefined;
  });

export const kinesisStream = provider('AWS::Kinesis::Stream', Properties, async (properties, request) => {
  const { clients, world, place } = request;
  const name = properties.Name ?? physicalName(place, 128);
  const shards = properties.ShardCount ?? 1;
  const found = await describe(clients, name);
  if (!found) await clients.kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
  const stream = await active(clients, name);
  if (stream.OpenShardCount !== shards) {
    throw new Error(
      `the kept data folder has the stream ${name} with ${stream.OpenShardCount} shards, the template says ${shards}. ` +
        'Start with another data folder.',
    );
  }
  const hours = properties.RetentionPeriodHours ?? 24;
  if (hours > (stream.RetentionPeriodHours ?? 24)) {
    await clients.kinesis.send(
      new IncreaseStreamRetentionPeriodCommand({ StreamName: name, RetentionPeriodHours: hours }),
    );
  }
  return { ref: name, attributes: { Arn: `arn:aws:kinesis:${world.region}:${world.accountId}:stream/${name}` } };
});
