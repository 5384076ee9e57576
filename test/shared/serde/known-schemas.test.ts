import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { knownSchemas } from '../../../lambdas/shared/serde/known-schemas.generated.ts';
import { compileWriter } from '../../../lambdas/shared/serde/writer.ts';
import { generateKnownSchemas } from '../../../schemas/generate.ts';

const schemaId = 'b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63';
/** What a field is for may be said in the words of its subject. */
const headerOf = (definition: unknown): unknown =>
  JSON.parse(
    JSON.stringify((definition as { fields: { name: string }[] }).fields[0], (key, value: unknown) =>
      key === 'doc' ? undefined : value,
    ),
  );

describe('the bundled schemas', () => {
  it('are those under schemas/; if not, run "npm run schemas:generate"', () => {
    const generated = new URL('../../../lambdas/shared/serde/known-schemas.generated.ts', import.meta.url);
    expect(readFileSync(generated, 'utf8')).toBe(generateKnownSchemas());
  });

  it.each(knownSchemas)('$subject version $version begins with the header that all share', ({ definition }) => {
    expect(headerOf(definition)).toEqual(headerOf(knownSchemas[0]?.definition));
    expect(headerOf(definition)).toMatchObject({ name: 'header' });
  });

  it.each(knownSchemas)('$subject version $version can be read by every later version', (writer) => {
    const later = knownSchemas.filter(
      ({ subject, version }) => subject === writer.subject && version >= writer.version,
    );
    for (const reader of later) expect(() => compileWriter(schemaId, writer, reader)).not.toThrow();
  });
});
