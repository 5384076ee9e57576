import { describe, expect, it } from 'vitest';
import { takeAccount } from '../../feeds/account/take-account.ts';
import type { StreamPage } from '../../feeds/account/evidence.ts';
import { createHeldReader } from '../../feeds/readers/held.ts';

const streams = new Map([
  ['millrace-local-market', 'market'],
  ['millrace-local-social', 'social'],
]);

/** Two shards a stream, four records each, numbered 8, 9, 10, 11: as text in another order than as numbers. */
const readStreams = async function* (of: ReadonlyMap<string, string>): AsyncGenerator<StreamPage> {
  for (const [stream, source] of of) {
    for (const shard of ['shardId-000000000000', 'shardId-000000000001']) {
      const records = ['8', '9', '10', '11'].map((sequenceNumber) => ({
        sequenceNumber,
        bytes: Buffer.from(sequenceNumber),
        arrivedAt: Number(sequenceNumber),
      }));
      yield { source, stream, shard, keepsFrom: 0, records };
    }
  }
};

const reader = (held: readonly string[], checkpoints: Readonly<Record<string, string>>) =>
  createHeldReader({
    streams,
    isHeld: (source) => Promise.resolve(held.includes(source)),
    checkpointOf: (stream, shard) => checkpoints[`${stream}/${shard}`],
    readStreams,
  });

const collect = async (read: ReturnType<typeof reader>): Promise<string[]> => {
  const found: string[] = [];
  for await (const page of read()) {
    for (const { position } of page)
      found.push(`${position.stream}/${position.shard.at(-1)}/${position.sequenceNumber}`);
  }
  return found;
};

describe('what is held', () => {
  it('is nothing where no hold stands', async () => {
    expect(await collect(reader([], {}))).toEqual([]);
  });

  it('is every record of a held source behind the checkpoints of its shards', async () => {
    const checkpoints = { 'millrace-local-market/shardId-000000000000': '9' };
    const market = 'millrace-local-market';
    expect(await collect(reader(['market'], checkpoints))).toEqual([
      ...['10', '11'].map((number) => `${market}/0/${number}`),
      ...['8', '9', '10', '11'].map((number) => `${market}/1/${number}`),
    ]);
  });

  it('explains those records in the account, and no others', async () => {
    const none = async function* () {};
    const account = await takeAccount({
      readStreams: () => readStreams(streams),
      readStored: none,
      readDeadLetters: none,
      readHeld: reader(['market'], { 'millrace-local-market/shardId-000000000000': '10' }),
      identify: (records) => Promise.resolve(records.map(() => undefined)),
    });
    const [market, social] = account.sources;
    expect(market?.classes).toMatchObject({ held: 5, lost: 3 });
    expect(social?.classes).toMatchObject({ held: 0, lost: 8 });
    expect(account.balances).toBe(false);
  });
});
