import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import avsc, { type Schema } from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileContentHash } from '../../../lambdas/shared/serde/content-hash.ts';
import { compileType } from '../../../lambdas/shared/serde/writer.ts';
import { everyKind, everyKindOfValue } from './every-kind.ts';

const hashOf = (schema: Schema, value: unknown, subject = 'market-quote', without: string[] = []): string =>
  compileContentHash(subject, compileType(schema), new Set(without))(value).toString('hex');

const record = (...fields: unknown[]): Schema => ({ type: 'record', name: 'R', fields }) as Schema;
const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};

describe('the hash of an event’s content', () => {
  it('is what rows in the tables were stored with: its format never changes', () => {
    const quote = record({ name: 'symbol', type: 'string' }, { name: 'bid', type: 'double' });
    const hashed = Buffer.concat([
      Buffer.from('s\u000c\0\0\0market-quote'),
      Buffer.from('{bid:d'),
      double(1.5),
      Buffer.from('symbol:s\u0007\0\0\0EUR/USD.'),
    ]);
    expect(hashOf(quote, { symbol: 'EUR/USD', bid: 1.5 })).toBe(
      createHash('sha256').update(hashed).digest('hex').slice(0, 32),
    );
    expect(hashOf(quote, { symbol: 'EUR/USD', bid: 1.5 })).toBe('a4f807e50ff220c39b3b327887f5b4e7');
  });

  it('is equal for equal content and only for that', () => {
    const type = compileType(everyKind);
    const hash = compileContentHash('subject', type, new Set());
    fc.assert(
      fc.property(everyKindOfValue, everyKindOfValue, (a, b) => {
        expect(hash(a).equals(hash(b))).toBe(isDeepStrictEqual(a, b));
        const changed = { ...a, either: b.either, list: b.list, named: b.named };
        expect(hash(a).equals(hash(changed))).toBe(isDeepStrictEqual(a, changed));
        const reordered = { ...a, named: Object.fromEntries(Object.entries(a.named).toReversed()) };
        expect(hash(reordered).equals(hash(a))).toBe(true);
        expect(hash(type.fromBuffer(type.toBuffer(a))).equals(hash(a))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('does not count fields at their default, so that a version that lacks them agrees', () => {
    const older = record({ name: 'a', type: 'long' });
    const newer = record(
      { name: 'venue', type: 'string', default: '' },
      { name: 'a', type: 'long' },
      { name: 'maybe', type: ['null', 'double'], default: null },
      { name: 'tags', type: { type: 'array', items: 'string' }, default: ['x'] },
      { name: 'flag', type: 'boolean', default: true },
    );
    const untouched = { venue: '', a: 1, maybe: null, tags: ['x'], flag: true };
    expect(hashOf(newer, untouched)).toBe(hashOf(older, { a: 1 }));
    for (const change of [
      { venue: 'v' },
      { maybe: 0 },
      { tags: [] },
      { tags: ['x', 'x'] },
      { flag: false },
      { a: 2 },
    ]) {
      expect(hashOf(newer, { ...untouched, ...change })).not.toBe(hashOf(older, { a: 1 }));
    }
  });

  it('does not count the order of fields, the kind of a number, or the sign of zero', () => {
    const ab = record({ name: 'a', type: 'int' }, { name: 'b', type: 'double' });
    const ba = record({ name: 'b', type: 'float' }, { name: 'a', type: 'long' });
    expect(hashOf(ab, { a: 3, b: -0 })).toBe(hashOf(ba, { b: 0, a: 3 }));
    const zero = record({ name: 'b', type: 'double', default: 0 });
    expect(hashOf(zero, { b: -0 })).toBe(hashOf(zero, { b: 0 }));
  });

  it('does not count what it is told to leave out, at the top only', () => {
    const inner = { type: 'record', name: 'I', fields: [{ name: 'header', type: 'string' }] };
    const nested = record({ name: 'header', type: 'string' }, { name: 'inner', type: inner });
    const base = { header: 'a', inner: { header: 'a' } };
    const without = (value: unknown): string => hashOf(nested, value, 's', ['header']);
    expect(without({ ...base, header: 'b' })).toBe(without(base));
    expect(without({ ...base, inner: { header: 'b' } })).not.toBe(without(base));
  });

  it('counts the subject', () => {
    const quote = record({ name: 'a', type: 'long' });
    expect(hashOf(quote, { a: 1 }, 'market-quote')).not.toBe(hashOf(quote, { a: 1 }, 'market-trade'));
  });

  it('tells long text and many items apart, beyond what its memory first holds', () => {
    const long = record({ name: 'a', type: { type: 'array', items: 'string' } });
    const items = Array.from({ length: 3_000 }, (_, n) => `${n} ${'é'.repeat(100)}`);
    expect(hashOf(long, { a: items })).toBe(hashOf(long, { a: [...items] }));
    expect(hashOf(long, { a: items })).not.toBe(hashOf(long, { a: [...items.slice(0, -1), 'other'] }));
  });

  it('is not made for a type we do not know', () => {
    const wrapped = avsc.Type.forSchema(['int', 'long'], { wrapUnions: true });
    expect(() => compileContentHash('s', wrapped, new Set())).toThrow('union:wrapped is not supported');
  });
});
