import { compatibilityFaults, definitionFaults } from '../../../schemas/compatibility.ts';
import { describeFault } from '../../../schemas/fault.ts';
import { AwsError } from '../aws-error.ts';
import type { Schema, VersionStatus } from './schema-store.ts';

const parse = (definition: string): unknown => {
  try {
    return JSON.parse(definition);
  } catch (error) {
    throw new AwsError('InvalidInputException', `The schema definition is no JSON: ${(error as Error).message}`);
  }
};

/** @throws AwsError InvalidInputException where it is no Avro schema, or one that the platform could not read */
export const mustBeSchema = (definition: string): void => {
  const faults = definitionFaults(parse(definition));
  if (faults.length === 0) return;
  const message = `Schema definition of AVRO data format is invalid: ${faults.map(describeFault).join('; ')}`;
  throw new AwsError('InvalidInputException', message);
};

/**
 * What registering a definition as the next version comes to. Stricter than Glue, which for BACKWARD compares with the
 * version before alone, and by Avro's rules alone: the synthesis has refused the same already.
 */
export const statusOfNext = ({ compatibility, versions }: Schema, definition: string): VersionStatus => {
  if (compatibility === 'NONE') return 'AVAILABLE';
  const newer = parse(definition);
  const released = versions.filter(({ status }) => status === 'AVAILABLE');
  const faults = released.flatMap((older) => compatibilityFaults(newer, parse(older.definition)));
  return faults.length === 0 ? 'AVAILABLE' : 'FAILURE';
};
