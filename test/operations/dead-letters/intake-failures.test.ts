import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAwsServices, type AwsServices } from '../../support/aws-services.ts';
import { clientSettings, startJsonService } from '../../support/json-service.ts';
import { giveUp, notice, parkedMessage, shard } from './support/deliveries.ts';
import { createIntake, entriesOf } from './support/intake.ts';

let aws: AwsServices;
beforeAll(async () => {
  aws = await startAwsServices();
});
afterAll(() => aws.stop());

/** A stream of its own for each test: the table is one for all. */
const newStream = (): string => `s-${randomUUID()}`;
const parkedBody = (...args: Parameters<typeof parkedMessage>): string => JSON.stringify(parkedMessage(...args));
const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

const putGiveUp = async (stream: string, body: string): Promise<string> => {
  const key = `aws/lambda/${stream}/${shard}/2026/11/21/2026-11-21T08.00.00-a b`;
  await aws.s3.send(new PutObjectCommand({ Bucket: 'dead-letters', Key: key, Body: body }));
  return key;
};

describe('a message that is not ours', () => {
  it.each([
    ['text', 'hello', 'is not JSON'],
    ['null', 'null', 'is not as it should be'],
    ['a list', '[]', 'is not as it should be'],
    ['no position', parkedBody('s', 1, { position: 1 as never }), 'position: invalid_type'],
    [
      'a sequence number that is none',
      parkedBody('s', 1, { position: { stream: 's', shard, sequenceNumber: 'x' } }),
      'position.sequenceNumber',
    ],
    ['a time that is none', parkedBody('s', 1, { arrivedAt: 'yesterday' }), 'arrivedAt: invalid_format'],
    ['bytes that are no base64', parkedBody('s', 1, { bytes: '!!' }), 'bytes: invalid_format'],
    ['fewer bytes than it says', parkedBody('s', 1, { size: 9 }), 'has 8 bytes and says 9'],
    ['neither bytes nor a place', parkedBody('s', 1, { bytes: undefined }), 'either bytes or their place'],
  ])('in the parked queue (%s) comes again, and holds up no other', async (_, body, cause) => {
    const stream = newStream();
    const intake = createIntake(aws);
    expect(await intake.parked([parkedBody(stream, 1), body, parkedBody(stream, 2)])).toEqual(failed('m1'));
    expect(await entriesOf(aws, stream)).toHaveLength(2);
    expect(intake.counted.sums.get('other IntakeUnfinished foreign')).toBe(1);
    expect(intake.counted.warnings[0]?.facts['cause']).toContain(cause);
  });

  it.each([
    ['text', 'hello'],
    ['a parked record', parkedBody('s', 1)],
    ['no objects', '{"Records":[]}'],
    ['another bucket', notice(['aws/lambda/x'], 'elsewhere')],
    ['another prefix', notice(['parked/x'])],
    ['a key that is not encoded', notice(['aws/lambda/x']).replace('aws/lambda/x', 'aws/lambda/%')],
    ['an object larger than any batch', notice(['aws/lambda/x'], 'dead-letters', 17 * 1024 * 1024)],
  ])('in the queue of notices (%s) comes again', async (_, body) => {
    const intake = createIntake(aws);
    expect(await intake.givenUp([body])).toEqual(failed('m0'));
    expect(intake.counted.sums.get('other IntakeUnfinished foreign')).toBe(1);
  });

  it.each([
    ['is not JSON', 'hello'],
    ['is something else', '{}'],
    ['has a payload that is not JSON', giveUp('s', [1]).replace(/"payload":".*"/, '"payload":"hello"')],
    ['has a payload without records', giveUp('s', [1]).replace(/"payload":".*"/, '"payload":"{}"')],
  ])('is the notice of an object that %s', async (_, body) => {
    const key = await putGiveUp(newStream(), body);
    const intake = createIntake(aws);
    expect(await intake.givenUp([notice([key])])).toEqual(failed('m0'));
    expect(intake.counted.sums.get('other IntakeUnfinished foreign')).toBe(1);
  });

  it('says nothing of what it holds', async () => {
    const intake = createIntake(aws);
    await intake.parked(['secret-token {', parkedBody('s', 1, { reason: 'secret-token'.repeat(20) })]);
    expect(JSON.stringify(intake.counted.warnings)).not.toContain('secret-token');
  });
});

describe('an outage', () => {
  const broken = (error: string, status = 400) => startJsonService(() => ({ error, status }));

  it('is waited for inside the invocation', async () => {
    const stream = newStream();
    let calls = 0;
    const service = await startJsonService(() => {
      calls += 1;
      return calls < 4 ? { error: 'ProvisionedThroughputExceededException' } : { body: {} };
    });
    const dynamodb = new DynamoDBClient(clientSettings(service.endpoint));
    const intake = createIntake({ ...aws, dynamodb });
    expect(await intake.parked([parkedBody(stream, 1)])).toEqual(failed());
    expect(intake.counted.sums.get('market IntakeRetries ProvisionedThroughputExceededException')).toBe(3);
    dynamodb.destroy();
    await service.stop();
  });

  it('that lasts answers the messages within half the timeout, and nothing of them is lost', async () => {
    const stream = newStream();
    const service = await broken('InternalServerError', 500);
    const dynamodb = new DynamoDBClient(clientSettings(service.endpoint));
    const intake = createIntake({ ...aws, dynamodb });
    const startedAt = Date.now();
    const bodies = [parkedBody(stream, 1), parkedBody(stream, 2)];
    expect(await intake.parked(bodies, 6_000)).toEqual(failed('m0', 'm1'));
    expect(Date.now() - startedAt).toBeLessThan(6_000);
    expect(intake.counted.sums.get('market IntakeUnfinished dead-letters')).toBe(2);
    expect(intake.counted.warnings).toHaveLength(1);
    expect(await createIntake(aws).parked(bodies)).toEqual(failed());
    expect(await entriesOf(aws, stream)).toHaveLength(2);
    dynamodb.destroy();
    await service.stop();
  }, 30_000);

  it('that only a deployment ends is not waited for', async () => {
    const intake = createIntake(aws, 'no-such-table');
    const startedAt = Date.now();
    expect(await intake.parked([parkedBody(newStream(), 1)], 60_000)).toEqual(failed('m0'));
    expect(Date.now() - startedAt).toBeLessThan(15_000);
  });

  it('of the bucket is not the end of a notice either', async () => {
    const intake = createIntake(aws);
    expect(await intake.givenUp([notice(['aws/lambda/not-there'])], 300)).toEqual(failed('m0'));
    expect(intake.counted.sums.get('other IntakeUnfinished dead-letter-bucket')).toBe(1);
  });

  it('half way through a batch that was given up leaves nothing out when it comes again', async () => {
    const stream = newStream();
    const key = await putGiveUp(stream, giveUp(stream, [1, 2, 3]));
    const { hostname = '', port } = (await aws.dynamodb.config.endpoint?.()) ?? {};
    const failing = new DynamoDBClient(clientSettings(`http://${hostname}:${port}`));
    let calls = 0;
    failing.middlewareStack.add((next) => (input) => {
      calls += 1;
      // The connection is lost after the second.
      return calls > 2 ? Promise.reject(new Error('socket hang up')) : next(input);
    });
    expect(await createIntake({ ...aws, dynamodb: failing }).givenUp([notice([key])], 2_000)).toEqual(failed('m0'));
    expect(await entriesOf(aws, stream)).toHaveLength(2);
    expect(await createIntake(aws).givenUp([notice([key])])).toEqual(failed());
    expect(await entriesOf(aws, stream)).toHaveLength(3);
    failing.destroy();
  });
});
