import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, describe, expect, it } from 'vitest';
import { createProducer, type ProducerOptions } from '../../../lambdas/shared/stream/producer.ts';
import { clientSettings, startJsonService, type Answer, type JsonService } from '../../support/json-service.ts';

interface Entry {
  readonly PartitionKey: string;
  readonly Data: string;
}
const throttle = 'ProvisionedThroughputExceededException';

/** Answers each entry by its text: those that `refuse` gives an error code get it, the others are taken. */
const taking =
  (taken: string[], refuse: (text: string) => string | undefined) =>
  (entries: readonly Entry[]): Answer => {
    const answers = entries.map(({ Data }) => {
      const text = Buffer.from(Data, 'base64').toString();
      const code = refuse(text);
      if (code === undefined) taken.push(text);
      return code === undefined ? { SequenceNumber: String(taken.length), ShardId: 's' } : { ErrorCode: code };
    });
    return { body: { FailedRecordCount: answers.filter(({ ErrorCode }) => ErrorCode).length, Records: answers } };
  };

const services: JsonService[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});

/** A producer over a real client of Kinesis, which talks to a service that answers as told. */
const producerOver = async (answer: (entries: readonly Entry[]) => Answer, options: Partial<ProducerOptions> = {}) => {
  const calls: string[][] = [];
  const delays: number[] = [];
  const service = await startJsonService((action, input) => {
    expect([action, input['StreamName']]).toEqual(['PutRecords', 'millrace-test-market']);
    const entries = input['Records'] as Entry[];
    calls.push(entries.map(({ PartitionKey, Data }) => `${PartitionKey}=${Buffer.from(Data, 'base64').toString()}`));
    return answer(entries);
  });
  services.push(service);
  const producer = createProducer({
    client: new KinesisClient({ ...clientSettings(service.endpoint), requestHandler: new NodeHttpHandler() }),
    streamName: 'millrace-test-market',
    random: () => 0.5,
    sleep: async (milliseconds) => void delays.push(milliseconds),
    ...options,
  });
  return { producer, calls, delays };
};

const records = (...texts: string[]) => texts.map((text) => ({ partitionKey: `k${text}`, data: Buffer.from(text) }));
const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n).padStart(4, '0'));

describe('a producer', () => {
  it('sends everything, 500 a call, with its keys', async () => {
    const taken: string[] = [];
    const { producer, calls } = await producerOver(taking(taken, () => undefined));
    await producer.send(records(...numbered(1_100)));
    expect(taken).toEqual(numbered(1_100));
    expect(calls.map((call) => call.length)).toEqual([500, 500, 100]);
    expect(calls[0]?.[0]).toBe('k0000=0000');
    expect(producer.statistics()).toEqual({
      sent: 1_100,
      failed: 0,
      calls: 3,
      retriedEntries: 0,
      throttled: 0,
      bytes: 4_400,
    });
  });

  it('makes no call for nothing', async () => {
    const { producer, calls } = await producerOver(() => ({ error: 'ValidationException' }));
    await producer.send([]);
    expect(calls).toEqual([]);
  });

  it('sends again only what was not taken', async () => {
    const taken: string[] = [];
    const refused = new Map([
      ['b', 2],
      ['d', 1],
    ]);
    const refuse = (text: string): string | undefined => {
      const left = refused.get(text) ?? 0;
      refused.set(text, left - 1);
      if (left <= 0) return undefined;
      return text === 'b' ? throttle : 'InternalFailure';
    };
    const { producer, calls } = await producerOver(taking(taken, refuse));
    await producer.send(records('a', 'b', 'c', 'd'));
    expect(calls).toEqual([['ka=a', 'kb=b', 'kc=c', 'kd=d'], ['kb=b', 'kd=d'], ['kb=b']]);
    expect(taken).toEqual(['a', 'c', 'd', 'b']);
    expect(producer.statistics()).toEqual({ sent: 4, failed: 0, calls: 3, retriedEntries: 3, throttled: 2, bytes: 4 });
  });

  it('waits longer each time, by chance, and not for ever', async () => {
    const { producer, delays } = await producerOver(
      taking([], () => throttle),
      { attempts: 10 },
    );
    await expect(producer.send(records('a'))).rejects.toThrow(throttle);
    expect(delays).toEqual([25, 50, 100, 200, 400, 800, 1_600, 2_500, 2_500]);
  });

  it('says how many of how many were not taken, and why', async () => {
    const taken: string[] = [];
    const { producer } = await producerOver(
      taking(taken, (text) => (text < 'c' ? throttle : undefined)),
      { attempts: 3 },
    );
    await expect(producer.send(records('a', 'b', 'c'))).rejects.toThrow(
      `millrace-test-market did not take 2 of 3 records (${throttle})`,
    );
    expect(taken).toEqual(['c']);
    expect(producer.statistics()).toEqual({ sent: 1, failed: 2, calls: 3, retriedEntries: 4, throttled: 6, bytes: 1 });
  });

  it('sends a call that failed as a whole once more, and goes on with the others', async () => {
    const taken: string[] = [];
    let failures = 1;
    const { producer, calls } = await producerOver((entries) =>
      failures-- > 0 ? { error: throttle } : taking(taken, () => undefined)(entries),
    );
    await producer.send(records(...numbered(600)));
    expect(taken).toEqual(numbered(600));
    expect(calls.map((call) => call.length)).toEqual([500, 500, 100]);
    expect(producer.statistics()).toMatchObject({ sent: 600, retriedEntries: 500, throttled: 500 });
  });

  it('gives up on a service that is down when its attempts are spent', async () => {
    const { producer, calls } = await producerOver(() => ({ error: 'InternalFailure', status: 500 }), { attempts: 2 });
    await expect(producer.send(records('a', 'b'))).rejects.toMatchObject({
      message: 'millrace-test-market did not take 2 of 2 records (InternalFailure)',
      cause: expect.any(Error) as Error,
    });
    expect(calls.length).toBe(2);
    expect(producer.statistics()).toMatchObject({ sent: 0, failed: 2, calls: 2, retriedEntries: 2 });
  });

  it.each(['ResourceNotFoundException', 'AccessDeniedException', 'ValidationException'])(
    'does not try again what %s will never take',
    async (error) => {
      const { producer, calls } = await producerOver(() => ({ error }));
      await expect(producer.send(records('a'))).rejects.toThrow(`did not take 1 of 1 records (${error})`);
      expect(calls.length).toBe(1);
    },
  );

  it('takes an entry that was not answered for one that was not taken', async () => {
    const answers: Answer[] = [{ body: {} }, { body: { Records: [{ SequenceNumber: '1', ShardId: 's' }] } }];
    const { producer, calls } = await producerOver(() => answers.shift() as Answer);
    await producer.send(records('a'));
    expect(calls.length).toBe(2);
    expect(producer.statistics()).toMatchObject({ sent: 1, retriedEntries: 1, throttled: 0 });
  });
});
