import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openApiDocument, openApiText } from '../../bin/openapi/document.ts';

/** Every `$ref` in a document. */
const refsIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' ? [String(inner)] : refsIn(inner)));
};

describe('the OpenAPI document', () => {
  it('is as the code says: "npm run openapi" writes it', async () => {
    expect(await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8')).toBe(openApiText());
  });

  it('refers to nothing that is not in it', () => {
    const { components } = openApiDocument() as { components: { schemas: object } };
    const known = Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`);
    const refs = [...new Set(refsIn(openApiDocument()))];
    expect(refs.length).toBeGreaterThan(4);
    expect(known).toEqual(expect.arrayContaining(refs));
  });

  it('has each variable of a path as a parameter, and no operation twice', () => {
    const { paths } = openApiDocument() as {
      paths: Record<string, { get: { operationId: string; parameters: { in: string; name: string }[] } }>;
    };
    for (const [path, { get }] of Object.entries(paths)) {
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(get.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(variables);
    }
    const ids = Object.values(paths).map(({ get }) => get.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
