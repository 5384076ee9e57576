import type { KinesisStreamEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { answerFrom, readKinesisEvent } from '../../../lambdas/shared/batch/kinesis.ts';
import { compareSequence, positionKey } from '../../../lambdas/shared/stream/position.ts';

const event: KinesisStreamEvent = {
  Records: [
    {
      awsRegion: 'eu-west-1',
      eventID: 'shardId-000000000003:49590338271490256608559692538361571095921575989136588898',
      eventName: 'aws:kinesis:record',
      eventSource: 'aws:kinesis',
      eventSourceARN: 'arn:aws:kinesis:eu-west-1:123456789012:stream/millrace-dev-market',
      eventVersion: '1.0',
      invokeIdentityArn: 'arn:aws:iam::123456789012:role/lambda-role',
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: '1',
        sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
        data: 'SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==',
        approximateArrivalTimestamp: 1545084650.987,
      },
    },
  ],
};

describe('a Kinesis event', () => {
  it('becomes records with their place, bytes and arrival in milliseconds', () => {
    expect(readKinesisEvent(event)).toEqual([
      {
        position: {
          stream: 'millrace-dev-market',
          shard: 'shardId-000000000003',
          sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
        },
        bytes: Buffer.from('Hello, this is a test.'),
        arrivedAt: 1_545_084_650_987,
      },
    ]);
  });

  it('is answered with the record to go on from, or with nothing', () => {
    const [record] = readKinesisEvent(event);
    expect(answerFrom(undefined)).toEqual({ batchItemFailures: [] });
    expect(answerFrom(record)).toEqual({
      batchItemFailures: [{ itemIdentifier: '49590338271490256608559692538361571095921575989136588898' }],
    });
  });
});

describe('sequence numbers', () => {
  it('are ordered as numbers, however long', () => {
    const numbers = ['100', '20', '3', '20'];
    expect(numbers.toSorted(compareSequence)).toEqual(['3', '20', '20', '100']);
  });

  it('make a key with their stream and shard', () => {
    expect(positionKey({ stream: 's', shard: 'shardId-1', sequenceNumber: '7' })).toBe('s/shardId-1/7');
  });
});
