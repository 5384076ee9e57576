import type { KinesisStreamEvent } from 'aws-lambda';
import { createDecoder, type Decoder } from '../../lambdas/shared/serde/decoder.ts';
import { createEncoder } from '../../lambdas/shared/serde/encoder.ts';
import { parseSchemaIds } from '../../lambdas/shared/serde/schema-ids.ts';
import { benchSources, type BenchSource } from './source-events.ts';

/** The ids that a benchmark runs under; Glue would assign them. */
export const benchSchemaIds = benchSources
  .map(({ subject }, n) => `${subject}:1=6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a0${n + 1}`)
  .join(',');

/** A decoder as a function has one, for the schemas in the bundle. */
export const benchDecoder = ({ subject }: BenchSource): Decoder =>
  createDecoder({
    subjects: [subject],
    schemaIds: parseSchemaIds(benchSchemaIds),
    registry: { find: () => Promise.reject(new Error('the benchmark’s schemas are bundled')) },
    maxRecordBytes: 262_144,
    maxInflatedBytes: 1_048_576,
    now: Date.now,
  });

/**
 * The first events of a lane, encoded.
 * @param schemaIds - of the registry that the records are to be decoded with
 */
export const encodedEvents = (
  { subject, event }: BenchSource,
  lane: string,
  count: number,
  compression: 'none' | 'zlib',
  schemaIds = benchSchemaIds,
): Buffer[] => {
  const encoder = createEncoder({ schemaIds: parseSchemaIds(schemaIds) });
  return Array.from({ length: count }, (_, n) => encoder.encode(subject, event(lane, n), { compression }));
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
          eventSourceARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-bench',
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
