import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlatformError, RejectedRecordError } from '../../../lambdas/shared/errors/platform-error.ts';
import { createDecoder, type DecodedEvent, type DecoderOptions } from '../../../lambdas/shared/serde/decoder.ts';
import { createEncoder } from '../../../lambdas/shared/serde/encoder.ts';
import { buildFrame } from '../../../lambdas/shared/serde/frame.ts';
import { deployed, evolved, ids, quoteEvent, quoteVersion } from './market-schemas.ts';

const noRegistry = { find: () => Promise.reject(new Error('the registry was asked')) };

const decoder = (overrides: Partial<DecoderOptions> = {}) =>
  createDecoder({
    subjects: ['market-quote'],
    schemaIds: deployed.schemaIds,
    registry: noRegistry,
    maxRecordBytes: 1_000,
    maxInflatedBytes: 4_000,
    now: () => 0,
    ...overrides,
  });

const decodeAll = (bytes: readonly Buffer[], overrides: Partial<DecoderOptions> = {}) =>
  decoder(overrides).decodeBatch(bytes.map((each) => ({ bytes: each, arrivedAt: 0 })));

const decode = async (bytes: Buffer, overrides: Partial<DecoderOptions> = {}): Promise<DecodedEvent> => {
  const [event] = await decodeAll([bytes], overrides);
  if (event instanceof Error) throw event;
  return event as DecodedEvent;
};

const reasonFor = async (bytes: Buffer, overrides: Partial<DecoderOptions> = {}): Promise<string> => {
  const [error] = await decodeAll([bytes], overrides);
  if (!(error instanceof RejectedRecordError)) throw new Error('not rejected', { cause: error });
  expect(error.stage).toBe('decode');
  return error.reason;
};

/** A quote by hand, field by field, as the Avro specification has it ("Binary Encoding"). */
const quoteByHand = (symbol = '0e 4555522f555344', priority = '04'): Buffer =>
  Buffer.from(
    [
      '0c 6d61726b6574', // source: 6 bytes, "market"
      '06 712d31', // sourceEventId: 3 bytes, "q-1"
      '80 01', // occurredAt: 64
      '00', // correlationId: branch 0, null
      '02 02 74', // traceparent: branch 1, 1 byte, "t"
      priority, // symbol 2, high
      symbol, // 7 bytes, "EUR/USD"
      '000000000000f83f', // bid: 1.5
      '0000000000000040', // ask: 2
      '0000000000000000', // volume: 0
    ]
      .join('')
      .replaceAll(' ', ''),
    'hex',
  );

const framed = (payload: Buffer, id = ids.quoteV1): Buffer => buildFrame(id, payload, 'none');

describe('decoding a record', () => {
  it('reads bytes made by hand', async () => {
    expect(await decode(framed(quoteByHand()))).toEqual({
      subject: 'market-quote',
      schemaId: ids.quoteV1,
      version: 1,
      header: {
        source: 'market',
        sourceEventId: 'q-1',
        occurredAt: 64,
        correlationId: null,
        traceparent: 't',
        priority: 'high',
      },
      body: { symbol: 'EUR/USD', bid: 1.5, ask: 2, volume: 0 },
      bodyHash: expect.any(Buffer) as Buffer,
    });
  });

  it('reads what our encoder writes, compressed or not, to the same hash', async () => {
    const encoder = createEncoder(deployed);
    const [plain, zlib] = await decodeAll([
      encoder.encode('market-quote', quoteEvent, { compression: 'none' }),
      encoder.encode('market-quote', quoteEvent, { compression: 'zlib' }),
    ]);
    expect(plain).toEqual(zlib);
    expect((plain as DecodedEvent).bodyHash.length).toBe(16);
  });

  it('hashes the body and not the header', async () => {
    const encoder = createEncoder(deployed);
    const hashOf = async (event: typeof quoteEvent): Promise<string> =>
      (await decode(encoder.encode('market-quote', event, { compression: 'none' }))).bodyHash.toString('hex');
    const resent = { ...quoteEvent, header: { ...quoteEvent.header, correlationId: 'c-2', occurredAt: 5 } };
    expect(await hashOf(resent)).toBe(await hashOf(quoteEvent));
    expect(await hashOf({ ...quoteEvent, ask: 2.000_000_1 })).not.toBe(await hashOf(quoteEvent));
  });

  it.each([
    ['a letter of two bytes', '06 c3a920'],
    ['a real U+FFFD', '06 efbfbd'],
  ])('takes text with %s', async (_, symbol) => {
    expect((await decode(framed(quoteByHand(symbol)))).body['symbol']).toBe(
      Buffer.from(symbol.slice(3), 'hex').toString(),
    );
  });

  it.each<[string, Buffer, string]>([
    ['more bytes than allowed, before anything else', Buffer.alloc(1_001), 'too-large'],
    ['no frame', Buffer.from('{"a":1,"b":"this is long enough"}'), 'foreign-frame'],
    ['a datum cut short', framed(quoteByHand().subarray(0, -1)), 'undecodable'],
    ['bytes after the datum', framed(Buffer.concat([quoteByHand(), Buffer.from([0])])), 'undecodable'],
    ['no datum', framed(Buffer.alloc(0)), 'undecodable'],
    ['an enum symbol that is not there', framed(quoteByHand(undefined, '08')), 'undecodable'],
    ['text that is not UTF-8', framed(quoteByHand('04 c328')), 'invalid-text'],
    ['U+0000 in text', framed(quoteByHand('06 610062')), 'invalid-text'],
    ['another source’s subject', framed(quoteByHand(), ids.trade), 'wrong-subject'],
  ])('rejects %s', async (_, bytes, reason) => {
    expect(await reasonFor(bytes)).toBe(reason);
  });

  it('names what is wrong in the text’s field', async () => {
    await expect(decode(framed(quoteByHand('06 610062')))).rejects.toThrow('symbol: holds U+0000');
  });

  it('answers each record for itself, in order', async () => {
    const good = framed(quoteByHand());
    const results = await decodeAll([good, Buffer.alloc(0), good, framed(Buffer.alloc(3)), good]);
    expect(results.map((result) => (result instanceof PlatformError ? result.reason : result.subject))).toEqual([
      'market-quote',
      'truncated-frame',
      'market-quote',
      'undecodable',
      'market-quote',
    ]);
  });

  it('never throws, whatever the bytes', async () => {
    const noise = fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes));
    const framedNoise = noise.map((bytes) => framed(bytes));
    const damaged = fc.tuple(fc.nat(60), fc.nat(255)).map(([at, byte]) => {
      const payload = quoteByHand();
      payload[at % payload.length] = byte;
      return framed(payload);
    });
    const records = fc.array(fc.oneof(noise, framedNoise, damaged), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(records, async (bytes) => {
        const results = await decodeAll(bytes, { registry: { find: () => Promise.resolve({ status: 'failed' }) } });
        expect(results.length).toBe(bytes.length);
        for (const result of results) expect(result instanceof RejectedRecordError || 'bodyHash' in result).toBe(true);
      }),
    );
  });
});

const v1 = createEncoder(deployed).encode('market-quote', quoteEvent, { compression: 'none' });
const v2 = (venue?: string): Buffer =>
  createEncoder(evolved).encode(
    'market-quote',
    { ...quoteEvent, ...(venue === undefined ? {} : { venue }) },
    { compression: 'none' },
  );

describe('a schema that has grown a field', () => {
  it('is read by the newest version we know, from either writer', async () => {
    const [older, newer] = (await decodeAll([v1, v2('LSE')], evolved)) as DecodedEvent[];
    expect(older).toMatchObject({ version: 1, schemaId: ids.quoteV1, body: { symbol: 'EUR/USD', venue: '' } });
    expect(newer).toMatchObject({ version: 2, schemaId: ids.quoteV2, body: { symbol: 'EUR/USD', venue: 'LSE' } });
    expect(Object.keys(older?.body ?? {})).not.toContain('header');
  });

  it('has the same hash from either writer while the field is left alone', async () => {
    const before = (await decode(v1)).bodyHash;
    expect((await decode(v1, evolved)).bodyHash).toEqual(before);
    expect((await decode(v2(), evolved)).bodyHash).toEqual(before);
    expect((await decode(v2('LSE'), evolved)).bodyHash).not.toEqual(before);
  });

  it('halts where our reader cannot resolve the writer', async () => {
    const unreadable = quoteVersion(2, [{ name: 'venue', type: 'string' }]);
    const [error] = await decodeAll([v1], { ...evolved, schemas: [unreadable, ...evolved.schemas.slice(1)] });
    expect(error).toMatchObject({ disposition: 'halt', reason: 'schema' });
    expect((error as Error).message).toBe('our reader of market-quote cannot resolve version 1: deploy one that can');
  });
});

describe('a decoder', () => {
  it('is not made for a subject that has no schema', () => {
    expect(() => decoder({ subjects: ['market-quote', 'weather'] })).toThrow('no schema of subject weather is bundled');
  });

  it('crashes on a bug, which is no record’s fault', async () => {
    const bytes = [framed(quoteByHand(), ids.notBundled)];
    await expect(decodeAll(bytes)).rejects.toThrow('the registry was asked');
    await expect(decodeAll([undefined as unknown as Buffer])).rejects.toThrow(TypeError);
  });
});
