import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dynamodbThrottle } from '../../../local/faults/dynamodb-throttle.ts';
import { killAtRequest } from '../../../local/faults/kill-at-request.ts';
import { readAwsRequest } from '../../../local/faults/proxy/aws-request.ts';
import { startHttpProxy, type HttpProxy } from '../../../local/faults/proxy/http-proxy.ts';
import { startJsonService } from '../../support/json-service.ts';

const id = '0123456789ab';
let asked: string[];
let service: Awaited<ReturnType<typeof startJsonService>>;
let proxy: HttpProxy;
let client: DynamoDBClient;

beforeEach(async () => {
  asked = [];
  service = await startJsonService((action) => {
    asked.push(action);
    return { body: {} };
  });
  proxy = await startHttpProxy(service.endpoint);
  client = new DynamoDBClient({
    endpoint: proxy.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    userAgentAppId: `${id}-PT-NO-OP`,
  });
});
afterEach(async () => {
  client.destroy();
  await proxy.stop();
  await service.stop();
});

const put = (table = 'states') => client.send(new PutItemCommand({ TableName: table, Item: { id: { S: 'x' } } }));

describe('the proxy before a service', () => {
  it('hands on requests and answers as they are', async () => {
    await put();
    expect(asked).toEqual(['PutItem']);
  });

  it('knows the instance by the user agent of the SDK, whatever tools have put behind it, and what is asked of what', async () => {
    const seen: unknown[] = [];
    proxy.interfere({ before: (request) => void seen.push(request) });
    await put();
    expect(seen).toEqual([{ instance: id, operation: 'PutItem', resource: 'states' }]);
    const queue = { QueueUrl: 'http://127.0.0.1:1/000000000000/parked' };
    expect(
      readAwsRequest({ 'x-amz-target': 'AmazonSQS.SendMessageBatch' }, Buffer.from(JSON.stringify(queue))),
    ).toEqual({ instance: undefined, operation: 'SendMessageBatch', resource: 'parked' });
    expect(readAwsRequest({}, Buffer.from('no JSON'))).toEqual({
      instance: undefined,
      operation: '',
      resource: undefined,
    });
  });

  it('looks away when the service is', async () => {
    await service.stop();
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('can refuse a share of what functions ask, as DynamoDB does', async () => {
    const chances = [0.1, 0.9, 0.1];
    const fault = dynamodbThrottle(proxy, 0.5, () => chances.shift() ?? 1);
    await fault.begin();
    await expect(put()).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    await put();
    await expect(put()).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    await fault.end();
    await put();
    expect(asked).toHaveLength(2);
    expect(fault.counts?.()).toMatchObject([{ count: 2, must: true }]);
  });
});

describe('a kill at a request', () => {
  const never = new AbortController().signal;
  const strike = (when: 'before' | 'after', changed: object = {}) => {
    const killed: string[] = [];
    const point = killAtRequest({
      name: when,
      proxy,
      when,
      operation: 'PutItem',
      resource: 'states',
      killInstance: (instance) => {
        killed.push(instance);
        return 'f';
      },
      ...changed,
    });
    return { killed, struck: point.strike(never) };
  };

  it('before it leaves the service without the request', async () => {
    const { killed, struck } = strike('before');
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(struck).resolves.toBe(true);
    expect(killed).toEqual([id]);
    expect(asked).toEqual([]);
  });

  it('after it lets the service do it, and nobody hear of it', async () => {
    const { killed, struck } = strike('after');
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(struck).resolves.toBe(true);
    expect(killed).toEqual([id]);
    expect(asked).toEqual(['PutItem']);
  });

  it('is one kill, and lets pass what is asked of another table', async () => {
    const { killed, struck } = strike('before');
    await put('others');
    await expect(put()).rejects.toMatchObject({ code: 'ECONNRESET' });
    await struck;
    await put();
    expect(killed).toHaveLength(1);
    expect(asked).toEqual(['PutItem', 'PutItem']);
  });

  it('is none where the process is gone already, or nobody comes', async () => {
    const over = new AbortController();
    const point = killAtRequest({
      name: 'before',
      proxy,
      when: 'before',
      operation: 'PutItem',
      resource: 'states',
      killInstance: () => undefined,
      provoke: async () => void (await put()),
    });
    setTimeout(() => over.abort(), 100);
    await expect(point.strike(over.signal)).resolves.toBe(false);
    expect(asked).toEqual(['PutItem']);
  });
});
