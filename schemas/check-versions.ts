import { compatibilityFaults, definitionFaults } from './compatibility.ts';
import { describeFault, type Fault } from './fault.ts';

/** A version of a subject; the definition as JSON. */
export interface Version {
  readonly version: number;
  readonly definition: unknown;
}

export interface CheckedVersions {
  /** Sentences for the person who changes a schema, each naming subject, versions and field. */
  readonly faults: readonly string[];
  /** How many pairs of versions were compared. */
  readonly compared: number;
}

/**
 * Each version by itself, and each against every one before it. Glue compares with the last alone; records of all of
 * them may be in a stream or in a dead letter.
 */
export const checkVersions = (subject: string, versions: readonly Version[]): CheckedVersions => {
  const broken = versions.flatMap(({ version, definition }) =>
    definitionFaults(definition).map((fault) => `${subject} version ${version}: ${describeFault(fault)}`),
  );
  if (broken.length > 0) return { faults: broken, compared: 0 };
  const pairs = versions.flatMap((newer) =>
    versions.filter((older) => older.version < newer.version).map((older) => ({ newer, older })),
  );
  const faults = pairs.flatMap(({ newer, older }) =>
    compatibilityFaults(newer.definition, older.definition).map((fault) => sentence(subject, newer, older, fault)),
  );
  return { faults, compared: pairs.length };
};

const sentence = (subject: string, newer: Version, older: Version, fault: Fault): string =>
  `${subject} version ${newer.version} cannot read version ${older.version}: ${describeFault(fault)}`;
