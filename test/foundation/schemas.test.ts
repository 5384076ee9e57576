import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import avsc, { type Schema } from 'avsc';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { schemaVersions } from '../../lib/foundation/schemas.ts';

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

const subjects = readdirSync(new URL('../../schemas/', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const versions = subjects.flatMap((subject) => schemaVersions(subject));
const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const typeOf = (definition: string): avsc.Type => avsc.Type.forSchema(JSON.parse(definition) as Schema);

/** @throws Error where the newer cannot read what the older wrote */
const readsBack = (newer: string, older: string): void => {
  typeOf(newer).createResolver(typeOf(older));
};

const recordOf = (...fields: string[]): string =>
  JSON.stringify({ type: 'record', name: 'A', fields: fields.map((name) => ({ name, type: 'string' })) });

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
    for (const { subject, version, definition } of versions) {
      const later = versions.filter((other) => other.subject === subject && other.version >= version);
      for (const newer of later) expect(() => readsBack(newer.definition, definition)).not.toThrow();
    }
  });

  it('would not pass with a field added that has no default', () => {
    expect(() => readsBack(recordOf('a', 'b'), recordOf('a'))).toThrow('no matching field for default-less');
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
