import type { Schema } from 'avsc';
import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder, type DecodedEvent } from '../../lambdas/shared/serde/decoder.ts';
import { buildFrame } from '../../lambdas/shared/serde/frame.ts';
import { compileType } from '../../lambdas/shared/serde/writer.ts';
import { cautions } from '../../schemas/cautions.ts';
import { compatibilityFaults, definitionFaults } from '../../schemas/compatibility.ts';
import type { Fault } from '../../schemas/fault.ts';
import { parseDefinition } from '../../schemas/parse-definition.ts';
import { schemaPairs, type Definition } from './generated-schemas.ts';
import { valuesOf } from './generated-values.ts';

const runs = { numRuns: 600 };
/** Milliseconds, on a machine with much else to do. */
const patience = 30_000;

const accepted = (accept: () => unknown): boolean => {
  try {
    accept();
    return true;
  } catch {
    return false;
  }
};

const isSound = (definition: Definition): boolean => definitionFaults(definition).length === 0;
const without = (faults: readonly Fault[], rule: Fault['rule']): readonly Fault[] =>
  faults.filter((fault) => fault.rule !== rule);

/**
 * Avro's Java, which Glue runs, finds two fields for one that has its own name as an alias. A default of a record is an
 * object, also where each of its fields has a default.
 */
const isOverlookedByAvsc = ({ newer }: Fault): boolean =>
  newer === 'its own name for an alias' || /^record .* with the default/.test(newer);

/** Avro lets these be empty. */
const isRefusedByAvsc = ({ rule, newer }: Fault): boolean =>
  rule === 'avro' || / without (symbols|branches)$/.test(newer);

/** It takes such a default, unless there are bytes among what is left out. */
const isTakenNowAndThen = ({ newer }: Fault): boolean => newer === 'a default that leaves fields out';

describe('the checker, beside avsc', () => {
  it(
    'takes the same definitions for Avro',
    () => {
      let [sound, unsound] = [0, 0];
      const judge = ({ newer }: { newer: Definition }): void => {
        const faults = definitionFaults(newer).filter(isRefusedByAvsc);
        if (faults.some(isOverlookedByAvsc) || definitionFaults(newer).some(isTakenNowAndThen)) return;
        const takes = accepted(() => avsc.Type.forSchema(newer as Schema));
        expect({ takes, faults }).toEqual({ takes: faults.length === 0, faults });
        if (takes) sound += 1;
        else unsound += 1;
      };
      fc.assert(fc.property(schemaPairs, judge), runs);
      expect(Math.min(sound, unsound)).toBeGreaterThan(50);
    },
    patience,
  );

  it(
    'resolves the same pairs, but for those in which a value would change without a word',
    () => {
      let [resolved, refused] = [0, 0];
      const judge = ({ older, newer }: { older: Definition; newer: Definition }): void => {
        if (!isSound(older) || !isSound(newer)) return;
        // Text read from bytes that are none, thousandths taken for millionths: avsc reads over these.
        const faults = without(compatibilityFaults(newer, older), 'meaning');
        const resolves = accepted(() => compileType(newer as Schema).createResolver(compileType(older as Schema)));
        expect({ resolves, faults }).toEqual({ resolves: faults.length === 0, faults });
        if (resolves) resolved += 1;
        else refused += 1;
      };
      fc.assert(fc.property(schemaPairs, judge), runs);
      expect(Math.min(resolved, refused)).toBeGreaterThan(50);
    },
    patience,
  );
});

const [olderId, newerId] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];

/** A decoder that bundles both versions, and another that has only the older and asks for the newer. */
const decoderOf = (older: Definition, newer: Definition) =>
  createDecoder({
    subjects: ['s'],
    schemaIds: new Map([
      [olderId, { subject: 's', version: 1 }],
      [newerId, { subject: 's', version: 2 }],
    ]),
    schemas: [
      { subject: 's', version: 1, definition: older as Schema },
      { subject: 's', version: 2, definition: newer as Schema },
    ],
    registry: { find: () => Promise.reject(new Error('both are bundled')) },
    maxRecordBytes: 1_000_000,
    maxInflatedBytes: 1_000_000,
    now: () => 0,
  });

describe('our decoder', () => {
  it(
    'reads, with the newer of every pair that the checker passes, what the older has written, and hashes it alike',
    async () => {
      let [read, resent] = [0, 0];
      const passed = fc
        .tuple(schemaPairs, fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }))
        .filter(
          ([{ older, newer }]) => isSound(older) && isSound(newer) && compatibilityFaults(newer, older).length === 0,
        );
      const property = fc.asyncProperty(passed, async ([{ older, newer }, numbers]) => {
        const value = valuesOf(parseDefinition(older).type, numbers);
        const bytes = compileType(older as Schema).toBuffer(value);
        const [event] = await decoderOf(older, newer).decodeBatch([
          { bytes: buildFrame(olderId, bytes, 'none'), arrivedAt: 0 },
        ]);
        expect(event).not.toBeInstanceOf(Error);
        const { body } = event as DecodedEvent;
        // What it has read is of the newer schema, to the last field.
        expect(compileType(newer as Schema).isValid(body, { noUndeclaredFields: true })).toBe(true);
        read += 1;
        if (cautions(newer, older).resends.length > 0) return;
        const [again] = await decoderOf(older, newer).decodeBatch([
          { bytes: buildFrame(newerId, compileType(newer as Schema).toBuffer(body), 'none'), arrivedAt: 0 },
        ]);
        expect((again as DecodedEvent).bodyHash).toEqual((event as DecodedEvent).bodyHash);
        resent += 1;
      });
      await fc.assert(property, { numRuns: 300 });
      expect(read).toBeGreaterThanOrEqual(300);
      expect(resent).toBeGreaterThan(50);
    },
    patience,
  );
});
