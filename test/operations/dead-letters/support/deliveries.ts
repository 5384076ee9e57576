import type { SQSEvent } from 'aws-lambda';
import type { ParkedMessage } from '../../../../lambdas/shared/dead-letters/parked-message.ts';

export const shard = 'shardId-000000000000';
/** 2026-11-21T08:00:00Z, milliseconds. */
export const arrivedAt = Date.UTC(2026, 10, 21, 8);
export const failedAt = arrivedAt + 40;

export const idOf = (stream: string, n: number): string => `${stream}/${shard}/${n}`;
export const bytesOf = (n: number): Buffer => Buffer.from(`record ${n}`);

/** A record as enrichment parks it. */
export const parkedMessage = (stream: string, n: number, overrides: Partial<ParkedMessage> = {}): ParkedMessage => ({
  reason: 'broken-rule',
  stage: 'validate',
  errorClass: 'RejectedRecordError',
  message: 'bid: must be above 0, is a negative number',
  source: 'market',
  position: { stream, shard, sequenceNumber: String(n) },
  arrivedAt: new Date(arrivedAt).toISOString(),
  parkedAt: new Date(failedAt).toISOString(),
  schemaId: 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63',
  correlationId: `c${n}`,
  attempts: 1,
  size: bytesOf(n).length,
  bytes: bytesOf(n).toString('base64'),
  ...overrides,
});

/** A batch as Lambda writes it to the bucket when it gives up on it, the function having answered each time. */
export const giveUp = (stream: string, numbers: readonly number[], bytes: (n: number) => Buffer = bytesOf): string =>
  JSON.stringify({
    requestContext: {
      requestId: 'r-1',
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:millrace-test-enrichment-market',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: null },
    version: '1.0',
    timestamp: new Date(failedAt).toISOString(),
    KinesisBatchInfo: { shardId: shard, batchSize: numbers.length },
    payload: JSON.stringify({
      Records: numbers.map((n) => ({
        eventID: `${shard}:${n}`,
        eventSourceARN: `arn:aws:kinesis:eu-west-1:000000000000:stream/${stream}`,
        kinesis: {
          sequenceNumber: String(n),
          data: bytes(n).toString('base64'),
          approximateArrivalTimestamp: arrivedAt / 1000,
        },
      })),
    }),
  });

/** What S3 tells of new objects. */
export const notice = (keys: readonly string[], bucket = 'dead-letters', size = 1_000): string =>
  JSON.stringify({
    Records: keys.map((key) => ({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventTime: new Date(failedAt).toISOString(),
      eventName: 'ObjectCreated:Put',
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'c',
        bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
        object: {
          key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/'),
          size,
          eTag: 'e',
          sequencer: '0',
        },
      },
    })),
  });

/** What S3 sends once, to see whether it may. */
export const testNotice = JSON.stringify({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: '2026-11-21T08:00:00.000Z',
  Bucket: 'dead-letters',
  RequestId: 'r',
  HostId: 'h',
});

/** A batch as Lambda hands it over; message ids `m0`, `m1`, … */
export const sqsEvent = (bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, n) => ({
    messageId: `m${n}`,
    receiptHandle: `receipt ${n}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(failedAt),
      SenderId: 'AIDA',
      ApproximateFirstReceiveTimestamp: String(failedAt),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:millrace-test-parked',
    awsRegion: 'eu-west-1',
  })),
});
