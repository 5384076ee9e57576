import { describe, expect, it } from 'vitest';
import { giveUpBody, giveUpKey, type GiveUp } from '../../../local/runtime/poller/give-up.ts';
import type { KinesisMapping } from '../../../local/world.ts';

const mapping = {
  uuid: '7b1c',
  functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:f',
  streamArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/s',
} as KinesisMapping;
const at = new Date('2026-11-21T09:08:07.654Z');
const record = (n: number) => ({
  sequenceNumber: `4960${n}`,
  partitionKey: 'p',
  data: Buffer.from(`record ${n}`),
  arrivedAt: Date.UTC(2026, 10, 21, 8, 0, n),
});
const giveUp: GiveUp = {
  mapping,
  region: 'eu-west-1',
  shard: 'shardId-000000000001',
  records: [record(1), record(2)],
  cause: 'attempts',
  attempts: 3,
  functionError: 'Unhandled',
  requestId: 'request',
};

// LDG, "Retain discarded batch records for a Kinesis Data Streams event source in Lambda".
describe('a batch that is given up', () => {
  it('is kept under the documented key', () => {
    expect(giveUpKey('7b1c', 'shardId-000000000001', at, 'an-id')).toBe(
      'aws/lambda/7b1c/shardId-000000000001/2026/11/21/2026-11-21T09.08.07-an-id',
    );
  });

  it('is described as documented', () => {
    const { payload: _, ...rest } = giveUpBody(giveUp, at);
    expect(rest).toEqual({
      requestContext: {
        requestId: 'request',
        functionArn: mapping.functionArn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2026-11-21T09:08:07.654Z',
      KinesisBatchInfo: {
        shardId: 'shardId-000000000001',
        startSequenceNumber: '49601',
        endSequenceNumber: '49602',
        approximateArrivalOfFirstRecord: '2026-11-21T08:00:01.000Z',
        approximateArrivalOfLastRecord: '2026-11-21T08:00:02.000Z',
        batchSize: 2,
        streamArn: mapping.streamArn,
      },
    });
  });

  it('carries the whole event, as text', () => {
    const { Records } = JSON.parse(giveUpBody(giveUp, at).payload) as { Records: { kinesis: { data: string } }[] };
    expect(Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString())).toEqual([
      'record 1',
      'record 2',
    ]);
  });

  // From here on as it was recorded from AWS; the documents do not say.
  it('has null for the error of a function that answered', () => {
    const { responseContext } = giveUpBody({ ...giveUp, functionError: null }, at);
    expect(responseContext).toEqual({ statusCode: 200, executedVersion: '$LATEST', functionError: null });
  });

  it('has another condition where age ended it, no answer, and one invocation even where there was none', () => {
    const body = giveUpBody({ ...giveUp, cause: 'age', attempts: 0 }, at);
    expect(body.requestContext).toMatchObject({ condition: 'RecordAgeExceeded', approximateInvokeCount: 1 });
    expect(body).not.toHaveProperty('responseContext');
  });
});
