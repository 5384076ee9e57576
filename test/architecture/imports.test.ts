import { describe, expect, it } from 'vitest';
import { importsOf, stringsOf } from './imports.ts';

const scan = (text: string) => importsOf({ path: 'lambdas/enrichment/a.ts', text });
const only = (text: string) => {
  const imports = scan(text);
  expect(imports).toHaveLength(1);
  return imports[0];
};

describe('importsOf', () => {
  it.each([
    ["import { a } from './b.ts';", false],
    ["import a from './b.ts';", false],
    ["import * as a from './b.ts';", false],
    ["import './b.ts';", false],
    ["export { a } from './b.ts';", false],
    ["export * from './b.ts';", false],
    ["const a = await import('./b.ts');", false],
    ["const a = require('./b.ts');", false],
    ["import type { A } from './b.ts';", true],
    ["export type { A } from './b.ts';", true],
    ["export type * from './b.ts';", true],
    ["let a: import('./b.ts').A;", true],
  ])('finds what %s takes, and whether it is a type', (text, typeOnly) => {
    expect(only(text)).toMatchObject({ to: { kind: 'file', path: 'lambdas/enrichment/b.ts' }, typeOnly });
  });

  it('takes `import { type A }` for a value import, because Node loads the module all the same', () => {
    expect(only("import { type A } from './b.ts';")).toMatchObject({ typeOnly: false });
  });

  it('resolves a path from the importing file', () => {
    expect(only("import { a } from '../../lib/config/b.ts';")?.to).toEqual({ kind: 'file', path: 'lib/config/b.ts' });
  });

  it.each([
    ['pg', { kind: 'package', name: 'pg' }],
    ['zod/mini', { kind: 'package', name: 'zod' }],
    ['@aws-sdk/client-kinesis', { kind: 'package', name: '@aws-sdk/client-kinesis' }],
    ['aws-cdk-lib/aws-lambda', { kind: 'package', name: 'aws-cdk-lib' }],
    ['node:fs', { kind: 'builtin', name: 'node:fs' }],
    ['fs', { kind: 'builtin', name: 'fs' }],
  ])('tells the package behind %s', (specifier, to) => {
    expect(only(`import a from '${specifier}';`)?.to).toEqual(to);
  });

  it('says so where only the running program knows what is loaded', () => {
    expect(only('await import(name);')?.to).toEqual({ kind: 'computed' });
    for (const path of ['${name}', './${name}.ts', './b/${name}', '../b/${name}.ts', './b/${name}/${name}.ts'])
      expect(only(`await import(\`${path}\`);`)?.to).toEqual({ kind: 'computed' });
  });

  it('tells the folder from which one module is loaded by its name', () => {
    expect(only('await import(`./sources/${name}.ts`);')?.to).toEqual({
      kind: 'file',
      path: 'lambdas/enrichment/sources/*.ts',
    });
  });

  it('sees an import deep inside a function, and its line', () => {
    const text = 'export const a = async () => {\n  if (b) {\n    await import("pg");\n  }\n};';
    expect(only(text)).toMatchObject({ line: 3, to: { kind: 'package', name: 'pg' } });
  });

  it('sees no import in a comment, a string or a plain export', () => {
    expect(scan("// import 'a';\nexport const b = \"import 'c'\";\nexport { b as d };")).toEqual([]);
  });

  it('fails on a file it cannot parse instead of finding nothing in it', () => {
    expect(() => scan('import { from')).toThrow('lambdas/enrichment/a.ts cannot be parsed');
  });
});

describe('stringsOf', () => {
  it('gives literals and the fixed parts of templates', () => {
    expect(stringsOf({ path: 'a.ts', text: "const a = ['b', `c${d}e`, 1];" })).toEqual(['b', 'c', 'e']);
  });
});
