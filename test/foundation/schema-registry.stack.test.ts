import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { ConfigurationError } from '../../lib/config/configuration-error.ts';
import { environmentNames } from '../../lib/config/environment.ts';
import { environmentNamed } from '../../lib/config/environments.ts';
import { SchemaRegistry } from '../../lib/foundation/schema-registry.ts';
import type { SchemaDefinition } from '../../lib/foundation/schemas.ts';
import { schemaVersions } from '../../lib/foundation/schemas.ts';
import { synthesized } from '../config/synthesized.ts';

describe.each(environmentNames)('the schema registry of %s', (name) => {
  const platform = synthesized(name);
  const subjects = Object.values(environmentNamed(name).sources).flatMap((source) => source.subjects);

  it('has one resource for each version, with the definition that is in the repository', () => {
    const found = platform.ofType('AWS::Glue::Schema').map(({ Properties }) => Properties);
    expect(found.map(({ Name }) => Name)).toEqual(subjects);
    for (const { Name, SchemaDefinition, DataFormat, Compatibility } of found) {
      expect({ DataFormat, Compatibility }).toEqual({ DataFormat: 'AVRO', Compatibility: 'BACKWARD' });
      expect(SchemaDefinition).toBe(schemaVersions(Name)[0]?.definition);
    }
    const later = platform.resources.filter(({ Type }) => Type === 'AWS::Glue::SchemaVersion');
    expect(found.length + later.length).toBe(subjects.flatMap((subject) => schemaVersions(subject)).length);
  });

  it('never loses a version to a replacement', () => {
    for (const { UpdateReplacePolicy } of platform.ofType('AWS::Glue::Schema'))
      expect(UpdateReplacePolicy).toBe('Retain');
  });

  it('tells producers the ids', () => {
    const text = JSON.stringify(platform.stacks[0]?.outputs['SchemaIds']?.Value);
    for (const subject of subjects) expect(text).toContain(`${subject}:1=`);
  });
});

/** Each version has a field more than the one before it. */
const definition = (version: number, more: object = { default: 0 }): SchemaDefinition => {
  const fields = Array.from({ length: version }, (_, n) => ({ name: `f${n + 1}`, type: 'int', ...more }));
  return { subject: 'quote', version, definition: JSON.stringify({ type: 'record', name: 'Quote', fields }) };
};

describe('a subject of three versions', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'millrace-registry-'));
  const stack = new Stack(createApp({}, outdir), 'Stack');
  const registry = new SchemaRegistry(stack, 'Schemas', {
    name: 'millrace-dev',
    subjects: ['quote'],
    retainData: false,
    versionsOf: () => [definition(1), definition(2), definition(3)],
  });
  const template = Template.fromStack(stack);
  const ids = JSON.stringify(stack.resolve(registry.schemaIds));
  rmSync(outdir, { recursive: true, force: true });

  it('registers them one after the other, because Glue numbers them as they come', () => {
    const later = template.findResources('AWS::Glue::SchemaVersion');
    const [[second, two], [third, three]] = Object.entries(later) as [[string, never], [string, never]];
    const [schema] = Object.keys(template.findResources('AWS::Glue::Schema'));
    expect([second, third].map((id) => id.slice(0, -8))).toEqual(['Schemasquotev2', 'Schemasquotev3']);
    expect(two).toMatchObject({ DependsOn: [schema], Properties: { SchemaDefinition: definition(2).definition } });
    expect(three).toMatchObject({ DependsOn: [second], Properties: { SchemaDefinition: definition(3).definition } });
  });

  it('keeps later versions even where data is not kept: records in flight name them', () => {
    for (const resource of Object.values(template.findResources('AWS::Glue::SchemaVersion'))) {
      expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
  });

  it('has the ids of all of them', () => {
    for (const version of [1, 2, 3]) expect(ids).toContain(`quote:${version}=`);
  });
});

describe('a version that cannot read one before it', () => {
  const register = (versions: readonly SchemaDefinition[]) => () =>
    new SchemaRegistry(new Stack(), 'Schemas', {
      name: 'millrace-dev',
      subjects: ['quote', 'trade'],
      retainData: false,
      versionsOf: (subject) => versions.map((version) => ({ ...version, subject })),
    });

  it('is not synthesized, and each field is named', () => {
    const wayOut = 'the older has no such field, the newer has int without a default: give it a default';
    expect(register([definition(1), definition(2, {})])).toThrow(
      new ConfigurationError([
        `quote version 2 cannot read version 1: f2: ${wayOut}`,
        `trade version 2 cannot read version 1: f2: ${wayOut}`,
      ]),
    );
  });

  it('is found behind one that could', () => {
    const double = definition(1).definition.replace('"int"', '"double"');
    const gone = definition(1).definition.replace(/"fields":.*\]/, '"fields":[]');
    const versions = [double, gone, definition(1).definition].map((each, n) => ({
      ...definition(n + 1),
      definition: each,
    }));
    expect(register(versions)).toThrow(
      'quote version 3 cannot read version 1: f1: the older has double, the newer has int',
    );
  });
});
