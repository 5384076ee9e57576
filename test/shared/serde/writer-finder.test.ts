import { describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../lambdas/shared/errors/platform-error.ts';
import { createDecoder } from '../../../lambdas/shared/serde/decoder.ts';
import { createEncoder } from '../../../lambdas/shared/serde/encoder.ts';
import { buildFrame } from '../../../lambdas/shared/serde/frame.ts';
import type { FoundSchema, SchemaRegistry } from '../../../lambdas/shared/serde/registry.ts';
import { deployed, evolved, ids, quoteEvent, quoteV2 } from './market-schemas.ts';

/** A decoder that has version 1 only, and a registry that answers as told and remembers what it was asked. */
const decoderWith = (answer: FoundSchema | Error, now = 10_000) => {
  const asked: string[] = [];
  const registry: SchemaRegistry = {
    find: async (schemaId) => {
      asked.push(schemaId);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const decoder = createDecoder({
    subjects: ['market-quote'],
    schemaIds: deployed.schemaIds,
    registry,
    maxRecordBytes: 1_000,
    maxInflatedBytes: 4_000,
    now: () => now,
  });
  return {
    asked,
    /** What becomes of a record of that age, in the words of a batch's outcome. */
    outcome: async (ageMs = 0, bytes = newer): Promise<string> => {
      const [result] = await decoder.decodeBatch([{ bytes, arrivedAt: now - ageMs }]);
      if (!(result instanceof Error)) return `version ${result?.version}`;
      return `${result.disposition} ${result.reason}`;
    },
    decodeBatch: decoder.decodeBatch,
  };
};

const newer = createEncoder(evolved).encode('market-quote', { ...quoteEvent, venue: 'LSE' }, { compression: 'none' });
const older = createEncoder(deployed).encode('market-quote', quoteEvent, { compression: 'none' });
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const v2 = {
  status: 'available',
  subject: 'market-quote',
  version: 2,
  definition: JSON.stringify(quoteV2.definition),
} as const;

describe('a record whose schema is not in the bundle', () => {
  it('is read through the registry, which is asked once', async () => {
    const { outcome, asked } = decoderWith(v2);
    expect(await outcome()).toBe('version 2');
    expect(await outcome()).toBe('version 2');
    expect(asked).toEqual([ids.quoteV2]);
  });

  it('is read as the version that we know: what is newer is left out', async () => {
    const { decodeBatch } = decoderWith(v2);
    const [event] = await decodeBatch([{ bytes: newer, arrivedAt: 0 }]);
    expect(event).toMatchObject({ version: 2, body: { symbol: 'EUR/USD', bid: 1.5, ask: 2, volume: 0 } });
    expect(event).not.toHaveProperty('body.venue');
  });

  it('is asked for once in a batch, and those of the bundle not at all', async () => {
    const { decodeBatch, asked } = decoderWith({ status: 'unknown' });
    await decodeBatch([newer, older, newer, older, newer].map((bytes) => ({ bytes, arrivedAt: 0 })));
    expect(asked).toEqual([ids.quoteV2]);
  });

  it('waits for a registration until it is three seconds old, and is then rejected', async () => {
    const { outcome } = decoderWith({ status: 'unknown' });
    expect(await outcome(0)).toBe('retry schema');
    expect(await outcome(2_999)).toBe('retry schema');
    expect(await outcome(3_000)).toBe('reject unknown-schema');
  });

  it('waits for a registration under way, however long', async () => {
    expect(await decoderWith({ status: 'pending' }).outcome(1_000_000)).toBe('retry schema');
  });

  it('is rejected at once when the registration failed', async () => {
    expect(await decoderWith({ status: 'failed' }).outcome(0)).toBe('reject unknown-schema');
  });

  it('waits for a registry that is down, however long: an outage rejects nothing', async () => {
    const { outcome } = decoderWith(new UnavailableError('registry', 'down'));
    expect(await outcome(1_000_000)).toBe('retry registry');
    expect(await outcome(0, older)).toBe('version 1');
  });

  it('is rejected when it is another source’s, or of another registry', async () => {
    expect(await decoderWith({ ...v2, subject: 'market-trade' }).outcome()).toBe('reject wrong-subject');
    expect(await decoderWith({ status: 'foreign', registry: 'other' }).outcome()).toBe('reject wrong-subject');
  });

  it('halts when it is ours and no Avro schema that our reader resolves', async () => {
    const definitions = [
      'syntax = "proto3";',
      '{"type":"object"}',
      '{"type":"record","name":"MarketQuote","namespace":"millrace.market","fields":[]}',
      '{"type":"record","name":"MarketQuote","fields":[{"name":"f","type":["int","long"]}]}',
    ];
    for (const definition of definitions) {
      expect(await decoderWith({ ...v2, definition }).outcome()).toBe('halt schema');
    }
  });

  it('keeps no more compiled schemas than it must, and forgets none of a batch', async () => {
    const { decodeBatch, asked } = decoderWith(v2);
    const payload = newer.subarray(18);
    const records = Array.from({ length: 1_005 }, (_, n) => ({
      bytes: buildFrame(uuid(n), payload, 'none'),
      arrivedAt: 0,
    }));
    const results = await decodeBatch(records);
    expect(results.every((result) => !(result instanceof Error))).toBe(true);
    expect(asked.length).toBe(1_005);
    await decodeBatch(records.slice(5));
    expect(asked.length).toBe(1_005);
    await decodeBatch(records.slice(0, 5));
    expect(asked.length).toBe(1_010);
  });
});
