import { describe, expect, it } from 'vitest';
import { createEncoder, type OutgoingEvent } from '../../../lambdas/shared/serde/encoder.ts';
import { parseFrame } from '../../../lambdas/shared/serde/frame.ts';
import { parseSchemaIds } from '../../../lambdas/shared/serde/schema-ids.ts';
import { everyKind } from './every-kind.ts';
import { deployed, evolved, ids, quoteEvent, quoteV2 } from './market-schemas.ts';

const trade = {
  header: quoteEvent.header,
  symbol: 'BTC/USD',
  tradeId: 1,
  price: 100,
  size: 2,
  side: 'buy',
};
const encode = (subject: string, event: Readonly<Record<string, unknown>>): Buffer =>
  createEncoder(deployed).encode(subject, event as OutgoingEvent, { compression: 'none' });

const schemaIdOf = (options: Parameters<typeof createEncoder>[0]): string =>
  parseFrame(createEncoder(options).encode('market-quote', quoteEvent, { compression: 'zlib' }), 1_000).schemaId;

const everyKindOf = (list: string[]): OutgoingEvent =>
  ({
    text: '',
    large: 1,
    double: 1,
    four: Buffer.alloc(4),
    either: true,
    list,
    named: { a: Number.NaN },
  }) as unknown as OutgoingEvent;

describe('encoding an event', () => {
  it('writes bytes that were made by hand', () => {
    const datum = [
      '0c6d61726b6574', // source
      '06712d31', // sourceEventId
      '8001', // occurredAt: 64
      '0000', // no correlationId, no traceparent
      '02', // priority: normal, by default
      '0e4254432f555344', // symbol
      '02', // tradeId
      '0000000000005940', // price: 100
      '0000000000000040', // size: 2
      '00', // side: buy
    ].join('');
    const bytes = encode('market-trade', { ...trade, header: { ...trade.header, occurredAt: 64 } });
    expect(bytes.toString('hex')).toBe(`0300${ids.trade.replaceAll('-', '')}${datum}`);
  });

  it('writes with the newest version that has an id, and passes over versions it does not have', () => {
    expect(schemaIdOf(deployed)).toBe(ids.quoteV1);
    expect(schemaIdOf(evolved)).toBe(ids.quoteV2);
    expect(schemaIdOf({ schemaIds: evolved.schemaIds })).toBe(ids.quoteV1);
    const newestFirst = parseSchemaIds(`market-quote:2=${ids.quoteV2},market-quote:1=${ids.quoteV1}`);
    expect(schemaIdOf({ schemas: [quoteV2, ...evolved.schemas], schemaIds: newestFirst })).toBe(ids.quoteV2);
  });

  it('takes undefined for a field that is left out', () => {
    const header = { ...quoteEvent.header, correlationId: undefined };
    expect(encode('market-quote', { ...quoteEvent, volume: undefined, header })).toEqual(
      encode('market-quote', quoteEvent),
    );
  });

  it('takes numbers that are no numbers: rules reject them later', () => {
    expect(() =>
      encode('market-quote', { ...quoteEvent, bid: Number.NaN, ask: Number.POSITIVE_INFINITY }),
    ).not.toThrow();
  });

  it('knows the subjects it has ids for', () => {
    expect(() => encode('weather', quoteEvent)).toThrow(
      'no schema id for subject weather; there are some for market-quote, market-trade',
    );
  });

  it.each<[Record<string, unknown>, string]>([
    [{ bid: 'high' }, 'bid: must be double, is string'],
    [{ bid: null }, 'bid: must be double, is null'],
    [{ bid: undefined }, 'bid: is missing'],
    [{ bid: undefined, ask: [] }, 'bid: is missing; ask: must be double, is array'],
    [{ colour: 'red' }, 'colour: there is no such field'],
    [{ header: 'market' }, 'header: must be millrace.EventHeader, is string'],
    [{ header: { ...quoteEvent.header, occurredAt: 1.5 } }, 'header.occurredAt: must be long, is a fraction'],
    [{ header: { ...quoteEvent.header, occurredAt: 2 ** 53 } }, 'header.occurredAt: must be long, is number'],
    [{ header: { ...quoteEvent.header, from: 'x' } }, 'header.from: there is no such field'],
    [
      { header: { ...quoteEvent.header, priority: 'urgent' } },
      'header.priority: must be one of low, normal, high, critical, is string',
    ],
    [{ header: { ...quoteEvent.header, correlationId: 7 } }, 'header.correlationId: must be null or string, is number'],
    [{ symbol: 'cut \uD83D' }, 'symbol: cannot be written as it is, it would arrive as another string'],
  ])('names the field that does not fit: %o', (change, message) => {
    expect(() => encode('market-quote', { ...quoteEvent, ...change })).toThrow(`market-quote version 1: ${message}`);
  });

  it('does not write a long that would arrive as another', () => {
    expect(() => encode('market-trade', { ...trade, tradeId: -(2 ** 52) })).not.toThrow();
    expect(() => encode('market-trade', { ...trade, tradeId: -(2 ** 52) - 1 })).toThrow(
      'tradeId: cannot be written as it is',
    );
  });

  it('shows no value in an error', () => {
    expect(() => encode('market-quote', { ...quoteEvent, bid: 'secret' })).not.toThrow('secret');
  });

  it('writes every kind of value, and finds what would change inside of it', () => {
    const encoder = createEncoder({
      schemas: [{ subject: 'every-kind', version: 1, definition: everyKind }],
      schemaIds: parseSchemaIds(`every-kind:1=${ids.notBundled}`),
    });
    expect(() => encoder.encode('every-kind', everyKindOf(['a']), { compression: 'none' })).not.toThrow();
    expect(() => encoder.encode('every-kind', everyKindOf(['a', '\uDC00']), { compression: 'none' })).toThrow(
      'list.1: cannot be written',
    );
  });
});
