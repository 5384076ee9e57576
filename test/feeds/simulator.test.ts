import { describe, expect, it } from 'vitest';
import { createIdentify } from '../../feeds/account/identify.ts';
import { pick, seededRandom } from '../../feeds/random.ts';
import { symbols } from '../../feeds/simulated-market.ts';
import { createSimulator } from '../../feeds/simulator.ts';
import { wrongKinds } from '../../feeds/wrong-records.ts';
import { createDecoder, type DecodedEvent } from '../../lambdas/shared/serde/decoder.ts';
import { encoder, schemaIds } from './support/encoder.ts';
import { emptyRegistry } from './support/empty-registry.ts';

const now = Date.UTC(2026, 10, 21, 9);
/** Enough for every kind of wrong once. */
const many = wrongKinds.length * 100;

const simulated = (seed: number, count = many): Buffer[] => {
  const next = createSimulator({ seed, encoder, now: () => now });
  return Array.from({ length: count }, () => next().data);
};

const decode = async (records: readonly Buffer[]): Promise<readonly (DecodedEvent | Error)[]> =>
  createDecoder({
    subjects: ['market-quote', 'market-trade'],
    schemaIds,
    registry: { find: () => Promise.resolve({ status: 'unknown' }) },
    maxRecordBytes: 256 * 1024,
    maxInflatedBytes: 1024 * 1024,
    now: () => now,
  }).decodeBatch(records.map((bytes) => ({ bytes, arrivedAt: 0 })));

const isRight = (event: DecodedEvent | Error): event is DecodedEvent => !(event instanceof Error);

describe('the simulation', () => {
  it('makes the same for the same seed, and other things for another', () => {
    const good = (records: Buffer[]): string[] => records.slice(0, 99).map((bytes) => bytes.toString('hex'));
    expect(good(simulated(5))).toEqual(good(simulated(5)));
    expect(good(simulated(5))).not.toEqual(good(simulated(6)));
  });

  it('makes one record in a hundred wrong, each kind in turn, and nothing else', async () => {
    const records = simulated(1);
    const events = await decode(records);
    const bad = [...events.entries()].filter(([, event]) => event instanceof Error).map(([index]) => index);
    expect(bad.every((index) => index % 100 === 99)).toBe(true);
    // Those that break a rule decode well; all others are found here.
    const undecodable = wrongKinds.filter(
      ({ reason }) => !['broken-rule', 'conflict', 'wrong-subject'].includes(reason),
    );
    expect(bad).toHaveLength(undecodable.length);
  });

  it('sends one in a hundred again with the same content, in other bytes', async () => {
    const records = simulated(1);
    const identities = await createIdentify(
      schemaIds,
      emptyRegistry,
    )(records.map((bytes, n) => ({ bytes, arrivedAt: now, sequenceNumber: String(n) })));
    const seen = new Map<string, number>();
    const again: number[] = [];
    const sameBytes: number[] = [];
    identities.forEach((identity, n) => {
      const text = JSON.stringify(identity ?? n);
      const before = seen.get(text);
      if (before === undefined) seen.set(text, n);
      else again.push(n);
      if (before !== undefined && records[n]?.equals(records[before] ?? Buffer.alloc(0))) sameBytes.push(n);
    });
    expect(sameBytes).toEqual([]);
    expect(again).toEqual(Array.from({ length: many / 100 }, (_, n) => n * 100 + 49));
  });

  it('has twenty symbols, three quotes to a trade, and prices that make sense', async () => {
    const events = (await decode(simulated(2))).filter(isRight);
    const rightOnes = events.filter((_, n) => n < 99);
    expect(symbols).toHaveLength(20);
    expect(new Set(rightOnes.map(({ body }) => body['symbol'])).size).toBeGreaterThan(15);
    const quotes = events.filter(({ subject }) => subject === 'market-quote');
    expect(quotes.length / events.length).toBeGreaterThan(0.7);
    expect(quotes.length / events.length).toBeLessThan(0.8);
    for (const { body } of rightOnes.filter(({ subject }) => subject === 'market-quote')) {
      expect(body['bid']).toBeLessThan(body['ask'] as number);
      expect(body['bid']).toBeGreaterThan(0);
    }
  });

  it('gives every event a time of its own, though the clock stands still', async () => {
    const events = (await decode(simulated(3, 99))).filter(isRight);
    const times = events.map(({ header }) => header.occurredAt);
    expect(new Set(times).size).toBe(98); // one of the 99 is sent again
    expect(Math.min(...times)).toBe(now * 1000);
  });
});

describe('seeded randomness', () => {
  it('is spread over the whole range', () => {
    const random = seededRandom(-1);
    const tenths = new Set(Array.from({ length: 200 }, () => Math.floor(random() * 10)));
    expect(tenths).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it('picks from something only', () => {
    expect(pick(() => 0.99, ['a', 'b'])).toBe('b');
    expect(() => pick(() => 0, [])).toThrow('nothing to pick from');
  });
});
