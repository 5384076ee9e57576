import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { schemaVersions } from '../../lib/foundation/schemas.ts';
import { checkVersions } from '../../schemas/check-versions.ts';
import { schemasFolder, subjectsIn } from '../../schemas/released.ts';

/**
 * The first characters of the SHA-256 of every version that is out. An edited definition would be a replaced resource,
 * and the version that records in flight name would be gone for good: add a file, and a line here, instead.
 */
const released: Readonly<Record<string, string>> = {
  'broadcast-event:1': 'db781551ea80c591',
  'market-quote:1': '1dade3c1780de8cd',
  'market-trade:1': '2b49b7b6d5e5b19b',
  'sensor-position:1': '1edf6d9fd637b33e',
  'social-post:1': 'b61283441ee29ded',
};

const subjects = subjectsIn(schemasFolder);
const versions = subjects.flatMap((subject) => schemaVersions(subject));
const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

describe('schemas', () => {
  it('are never edited once they are out', () => {
    const now = versions.map(({ subject, version, definition }) => [`${subject}:${version}`, fingerprint(definition)]);
    expect(Object.fromEntries(now)).toMatchObject(released);
  });

  it('are pinned above before they get a successor', () => {
    const succeeded = versions.filter(({ subject, version }) =>
      versions.some((other) => other.subject === subject && other.version > version),
    );
    const unpinned = succeeded.filter(({ subject, version }) => !(`${subject}:${version}` in released));
    expect(unpinned.map(({ subject, version }) => `${subject}:${version}`)).toEqual([]);
  });

  it('belong to a source, in every environment', () => {
    for (const name of environmentNames) {
      const used = Object.values(environmentNamed(name).sources).flatMap(({ subjects }) => subjects);
      expect([...used].sort()).toEqual(subjects);
    }
  });

  it('can each be read by every later version of their subject', () => {
    const checked = subjects.map((subject) => {
      const parsed = schemaVersions(subject).map(({ version, definition }) => ({
        version,
        definition: JSON.parse(definition) as unknown,
      }));
      const pairs = (parsed.length * (parsed.length - 1)) / 2;
      return { ...checkVersions(subject, parsed), pairs };
    });
    expect(checked.flatMap(({ faults }) => faults)).toEqual([]);
    for (const { compared, pairs } of checked) expect(compared).toBe(pairs);
  });

  it('are compact JSON, so that formatting a file registers nothing', () => {
    for (const { definition } of versions) expect(definition).toBe(JSON.stringify(JSON.parse(definition)));
  });

  it('are missed by name', () => {
    expect(() => schemaVersions('weather')).toThrow(
      new ConfigurationError(['subject weather: schemas/weather/v1.avsc does not exist']),
    );
  });

  it('have no gap: Glue numbers them as they come', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-schemas-'));
    try {
      mkdirSync(join(folder, 'quote'));
      for (const file of ['v1.avsc', 'v3.avsc', 'notes.md']) writeFileSync(join(folder, 'quote', file), '"string"');
      expect(() => schemaVersions('quote', pathToFileURL(`${folder}/`))).toThrow(
        new ConfigurationError(['subject quote: there is v3.avsc, and no v2.avsc before it']),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are not taken for missing where they cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-schemas-'));
    try {
      writeFileSync(join(folder, 'quote'), 'a file, where a folder should be');
      expect(() => schemaVersions('quote', pathToFileURL(`${folder}/`))).toThrow('ENOTDIR');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
