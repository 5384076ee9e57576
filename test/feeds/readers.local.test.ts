import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import kinesalite from 'kinesalite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStreamsReader } from '../../feeds/readers/streams.ts';
import { collect } from './support/collect.ts';

const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const stream = 'millrace-test-market';
const sources = new Map([[stream, 'market']]);

const start = async () => {
  const streams: Server = kinesalite({ createStreamMs: 0 });
  streams.listen(0, '127.0.0.1');
  await once(streams, 'listening');
  const endpoint = (port: number): string => `http://127.0.0.1:${port}`;
  const kinesis = new KinesisClient({
    ...settings,
    endpoint: endpoint((streams.address() as AddressInfo).port),
    requestHandler: new NodeHttpHandler(),
  });
  return {
    kinesis,
    stop: () => {
      kinesis.destroy();
      streams.close();
    },
  };
};

let services: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  services = await start();
});
afterAll(() => services.stop());

describe('reading streams again', () => {
  it('gives every record of every shard once, in the order of its shard, and a page for an empty shard', async () => {
    const { kinesis } = services;
    await kinesis.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 2 }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const read = async () => collect(createStreamsReader(kinesis, sources, Date.now)());

    const empty = await read();
    expect(empty.map(({ shard, records }) => [shard, records.length])).toEqual([
      ['shardId-000000000000', 0],
      ['shardId-000000000001', 0],
    ]);

    const sent = Array.from({ length: 1_200 }, (_, n) => `record ${n}`);
    for (let from = 0; from < sent.length; from += 400) {
      const records = sent.slice(from, from + 400).map((text) => ({ PartitionKey: text, Data: Buffer.from(text) }));
      await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records: records }));
    }
    const pages = await read();
    expect(pages.every(({ source, stream: name }) => source === 'market' && name === stream)).toBe(true);
    expect(pages[0]?.keepsFrom).toBeLessThan(Date.now() - 23 * 3_600_000);
    const texts = pages.flatMap(({ records }) => records.map((record) => record.bytes.toString()));
    expect(texts.toSorted()).toEqual(sent.toSorted());
    for (const shard of ['shardId-000000000000', 'shardId-000000000001']) {
      const numbers = pages.flatMap((page) =>
        page.shard === shard ? page.records.map((r) => BigInt(r.sequenceNumber)) : [],
      );
      expect(numbers.length).toBeGreaterThan(400);
      expect(numbers.every((number, n) => n === 0 || number > (numbers[n - 1] ?? 0n))).toBe(true);
    }
  });
});
