import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as arrays from '../../../lambdas/shared/database/binary-arrays.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let world: TestDatabase;
beforeAll(async () => {
  world = await createTestDatabase();
});
afterAll(() => world.drop());

/** What PostgreSQL makes of an array we encoded, as text. */
const read = async (type: string, encoded: Buffer, as = '$1'): Promise<(string | null)[]> => {
  const sql = `SELECT ${as.replaceAll('$1', 'v')}::text AS v FROM unnest($1::${type}[]) WITH ORDINALITY AS u (v, n) ORDER BY n`;
  const { rows } = await world.owner.query<{ v: string | null }>({ text: sql, values: [encoded] });
  return rows.map(({ v }) => v);
};

const property = <T>(values: fc.Arbitrary<T[]>, check: (values: T[]) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(values, check), { numRuns: 40 });

describe('a binary array', () => {
  it('of text arrives as it was, nulls, emoji and all', () =>
    property(
      fc.array(fc.option(fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000')))),
      async (values) => {
        expect(await read('text', arrays.textArray(values))).toEqual(values);
      },
    ));

  it('of int4 arrives as it was', () =>
    property(fc.array(fc.integer()), async (values) => {
      expect(await read('int4', arrays.int4Array(values))).toEqual(values.map(String));
    }));

  it('of float8 arrives as it was', () =>
    property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), async (values) => {
      const numbers = (await read('float8', arrays.float8Array(values))).map(Number);
      expect(numbers).toEqual(values);
    }));

  it('of timestamptz arrives to the microsecond, before and after 2000', () =>
    property(
      fc.array(fc.integer({ min: Date.UTC(1800, 0, 1) * 1000, max: Number.MAX_SAFE_INTEGER })),
      async (values) => {
        const micros = await read(
          'timestamptz',
          arrays.timestamptzArray(values),
          '(extract(epoch FROM $1) * 1000000)::bigint',
        );
        expect(micros).toEqual(values.map(String));
      },
    ));

  it('of date arrives as it was', () =>
    property(fc.array(fc.integer({ min: -700_000, max: 2_900_000 })), async (values) => {
      expect(await read('date', arrays.dateArray(values), `($1 - DATE '1970-01-01')`)).toEqual(values.map(String));
    }));

  it('of bytea arrives as it was', () =>
    property(fc.array(fc.uint8Array()), async (values) => {
      const buffers = values.map((bytes) => Buffer.from(bytes));
      expect(await read('bytea', arrays.byteaArray(buffers), `encode($1, 'hex')`)).toEqual(
        buffers.map((bytes) => bytes.toString('hex')),
      );
    }));

  it('of uuid arrives as it was', () =>
    property(fc.array(fc.uuid()), async (values) => {
      expect(await read('uuid', arrays.uuidArray(values))).toEqual(values);
    }));

  it('of jsonb arrives as the same value', () =>
    property(
      fc.array(fc.record({ symbol: fc.string({ unit: 'grapheme-ascii' }), bid: fc.integer() })),
      async (values) => {
        const texts = await read('jsonb', arrays.jsonbArray(values.map((value) => JSON.stringify(value))));
        expect(texts.map((text) => JSON.parse(text ?? 'null') as unknown)).toEqual(values);
      },
    ));
});
