import type { Context, KinesisStreamEvent } from 'aws-lambda';
import { createEncoder } from '../../../lambdas/shared/serde/encoder.ts';
import { buildFrame } from '../../../lambdas/shared/serde/frame.ts';
import { parseSchemaIds } from '../../../lambdas/shared/serde/schema-ids.ts';
import { morning } from '../../support/events.ts';

export const schemaIds = parseSchemaIds('market-quote:1=6f9f4a6e-5a53-4d0b-8a52-3f6d1f0c7a01');
const encoder = createEncoder({ schemaIds });

export const quoteBytes = (id: string, body: Readonly<Record<string, unknown>> = {}): Buffer =>
  encoder.encode(
    'market-quote',
    {
      header: { source: 'market', sourceEventId: id, occurredAt: morning },
      symbol: 'EUR/USD',
      bid: 1.1,
      ask: 1.2,
      ...body,
    },
    { compression: 'none' },
  );

/** Of a schema that no bundle has. */
export const foreignBytes = (): Buffer => buildFrame('00000000-0000-4000-8000-000000000001', Buffer.from('x'), 'none');

/** A shard's records from a sequence number on, as the mapping delivers them. */
export const delivery = (shard: number, first: number, records: readonly Buffer[]): KinesisStreamEvent => ({
  Records: records.map((data, n) => ({
    awsRegion: 'eu-west-1',
    eventID: `shardId-00000000000${shard}:${first + n}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: 'arn:aws:kinesis:eu-west-1:000000000000:stream/millrace-test-market',
    eventVersion: '1.0',
    invokeIdentityArn: 'arn',
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'p',
      sequenceNumber: String(first + n),
      data: data.toString('base64'),
      approximateArrivalTimestamp: morning / 1_000_000,
    },
  })),
});

export const context = (timeoutMs: number): Context => {
  const end = Date.now() + timeoutMs;
  return {
    getRemainingTimeInMillis: () => end - Date.now(),
    functionName: 'millrace-test-enrichment-market',
  } as Context;
};
