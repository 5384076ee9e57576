import { decoderLimits } from './decoder-limits.ts';
import { defaultFaults } from './default-value.ts';
import type { Fault } from './fault.ts';
import { headerFaults } from './header.ts';
import { parseDefinition } from './parse-definition.ts';
import { resolve } from './resolve.ts';

/** What is wrong with a schema by itself. @param definition - as JSON */
export const definitionFaults = (definition: unknown): readonly Fault[] => {
  const { type, faults } = parseDefinition(definition);
  return faults.some(({ rule }) => rule === 'avro')
    ? faults
    : [...faults, ...defaultFaults(type), ...decoderLimits(type)];
};

/**
 * Why a reader with the newer schema could not read what a writer with the older wrote: Avro's BACKWARD, and what our
 * decoder needs beyond it. Both as JSON.
 * @returns nothing where it can; where one of them is no schema, why not
 */
export const compatibilityFaults = (newer: unknown, older: unknown): readonly Fault[] => {
  const [reader, writer] = [parseDefinition(newer), parseDefinition(older)];
  const faults = [...reader.faults, ...writer.faults].filter(({ rule }) => rule === 'avro');
  if (faults.length > 0) return faults;
  return [...resolve(reader.type, writer.type), ...headerFaults(reader.type, writer.type)];
};
