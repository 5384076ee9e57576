import type { KinesisStreamEvent } from 'aws-lambda';
import { createDecoder, type Decoder } from '../../lambdas/shared/serde/decoder.ts';
import { createEncoder } from '../../lambdas/shared/serde/encoder.ts';
import { parseSchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';

/** The ids that a benchmark runs under; Glue would assign them. */
export const benchSchemaIds =
  'market-quote:1=6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a01,market-trade:1=6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a02';

/** A decoder as a function has one, for the schemas in the bundle. */
export const benchDecoder = (): Decoder =>
  createDecoder({
    subjects: ['market-quote'],
    schemaIds: parseSchemaIds(benchSchemaIds),
    registry: { find: () => Promise.reject(new Error('the benchmark’s schemas are bundled')) },
    maxRecordBytes: 262_144,
    maxInflatedBytes: 1_048_576,
    now: Date.now,
  });

const symbolsPerLane = 5;
const start = Date.UTC(2026, 10, 21, 8) * 1000;

/**
 * Encoded quotes, two milliseconds apart, over five symbols: what one of four shards carries of twenty symbols.
 * @param schemaIds - of the registry that the records are to be decoded with
 */
export const encodedQuotes = (
  lane: string,
  count: number,
  compression: 'none' | 'zlib',
  schemaIds = benchSchemaIds,
): Buffer[] => {
  const encoder = createEncoder({ schemaIds: parseSchemaIds(schemaIds) });
  return Array.from({ length: count }, (_, n) => {
    const symbol = `L${lane}S${n % symbolsPerLane}/USD`;
    const bid = Math.round((1 + ((n * 7919) % 10_000) / 100_000) * 100_000) / 100_000;
    const occurredAt = start + n * 2000;
    return encoder.encode(
      'market-quote',
      {
        header: {
          source: 'market',
          sourceEventId: `${symbol}-${occurredAt}-${bid}`,
          occurredAt,
          correlationId: `c-${lane}-${n}`,
          traceparent: null,
          priority: 'normal',
        },
        symbol,
        bid,
        ask: Math.round((bid + 0.00012) * 100_000) / 100_000,
        volume: 0,
      },
      { compression },
    );
  });
};

/** Kinesis events as Lambda hands them over, `size` records each. */
export const kinesisEvents = (lane: string, records: readonly Buffer[], size: number): KinesisStreamEvent[] => {
  const events: KinesisStreamEvent[] = [];
  for (let at = 0; at < records.length; at += size) {
    events.push({
      Records: records.slice(at, at + size).map((data, n) => {
        const sequenceNumber = `4966${lane}${String(at + n).padStart(50, '0')}`;
        return {
          awsRegion: 'eu-west-1',
          eventID: `shardId-00000000000${lane}:${sequenceNumber}`,
          eventName: 'aws:kinesis:record',
          eventSource: 'aws:kinesis',
          eventSourceARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-bench-market',
          eventVersion: '1.0',
          invokeIdentityArn: 'arn:aws:iam::000000000000:role/bench',
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: 'p',
            sequenceNumber,
            data: data.toString('base64'),
            approximateArrivalTimestamp: Date.now() / 1000,
          },
        };
      }),
    });
  }
  return events;
};
