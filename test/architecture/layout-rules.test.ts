import { describe, expect, it } from 'vitest';
import * as rules from './layout-rules.ts';
import { readSourceTree, type SourceTree, type Verdict } from './source-tree.ts';

interface Case {
  readonly sentence: string;
  readonly rule: (tree: SourceTree) => Verdict;
  readonly least: number;
  /** Path and text of files that break the rule, together, once. */
  readonly broken: readonly Readonly<Record<string, string>>[];
  readonly fine?: Readonly<Record<string, string>>;
}

const home = ['', 'home', 'someone', 'project'].join('/');
const lock = (resolved: string): string => JSON.stringify({ packages: { 'node_modules/a': { resolved } } });

const cases: readonly Case[] = [
  {
    sentence: 'no file outside generated code is longer than 300 lines',
    rule: rules.filesAreShort,
    least: 300,
    broken: [{ 'lambdas/a.ts': 'x;\n'.repeat(301) }, { 'migrations/0009-a.expand.sql': '--\n'.repeat(301) }],
    fine: { 'lambdas/a.ts': 'x;\n'.repeat(300), 'lambdas/b.generated.ts': 'x;\n'.repeat(900) },
  },
  {
    sentence: 'lib/, lambdas/ and test/ hold the same capabilities',
    rule: rules.layersMirrorCapabilities,
    least: 12,
    broken: [
      { 'lib/enrichment/a.ts': '', 'lambdas/enrichment/a.ts': '' },
      { 'lambdas/shared/a.ts': '', 'lambdas/enrichments/a.ts': '' },
      { 'test/everything/a.test.ts': '' },
    ],
    fine: {
      'lib/platform.ts': '',
      'lib/foundation/a.ts': '',
      'lib/enrichment/a.ts': '',
      'lambdas/enrichment/a.ts': '',
      'test/enrichment/a.test.ts': '',
    },
  },
  {
    sentence: 'the root holds only known folders',
    rule: rules.rootHoldsKnownFolders,
    least: 300,
    broken: [{ 'scripts/a.sh': '' }, { 'src/a.ts': '' }],
    fine: { 'README.md': '', 'docs/decisions/a.md': '' },
  },
  {
    sentence: 'a name says what a file is for',
    rule: rules.namesSayAPurpose,
    least: 280,
    broken: [{ 'lambdas/shared/utils.ts': '' }, { 'lib/helpers/a.ts': '' }, { 'lib/nodeFunction.ts': '' }],
    fine: { 'lambdas/shared/resilience/retry.ts': '' },
  },
  {
    sentence: 'a test is found by its suffix',
    rule: rules.testsAreFoundByTheirSuffix,
    least: 70,
    broken: [
      { 'test/enrichment/a.ts': "import { it } from 'vitest';\nit('never runs', () => {});" },
      { 'lambdas/enrichment/a.test.ts': "import { it } from 'vitest';\nit('never runs', () => {});" },
    ],
    fine: {
      'test/enrichment/a.db.test.ts': "import { it } from 'vitest';\nit('runs', () => {});",
      'test/enrichment/database.ts': "import { beforeAll } from 'vitest';\nbeforeAll(start);",
    },
  },
  {
    sentence: 'no file names a path of one machine',
    rule: rules.noMachinePaths,
    least: 300,
    broken: [
      { 'docs/a.md': `see ${home}` },
      { 'lib/a.ts': `const a = '${home}';` },
      { 'a.json': `{"a": "file://${home}"}` },
    ],
    fine: { 'lib/a.ts': "const a = '/var/runtime/ca-cert.pem'; import b from '../work/b.ts'; `${root}/home/x`;" },
  },
  {
    sentence: 'the lockfile names no registry but the public one',
    rule: rules.lockfileNamesThePublicRegistry,
    least: 1,
    broken: [{ 'package-lock.json': lock('https://mirror.example/a.tgz') }],
    fine: { 'package-lock.json': lock('https://registry.npmjs.org/a/-/a-1.0.0.tgz') },
  },
  {
    sentence: 'the lockfile knows the packages of every platform',
    rule: rules.lockfileKnowsEveryPlatform,
    least: 100,
    broken: [
      {
        'package-lock.json': JSON.stringify({
          packages: { 'node_modules/a': { optionalDependencies: { 'a-mac': '1.0.0' } } },
        }),
      },
    ],
    fine: {
      'package-lock.json': JSON.stringify({
        packages: {
          'node_modules/a': { optionalDependencies: { 'a-mac': '1.0.0', b: '^1.0.0' } },
          'node_modules/a-mac': {},
        },
      }),
    },
  },
  {
    sentence: 'versions are exact',
    rule: rules.versionsAreExact,
    least: 30,
    broken: [
      { 'package.json': '{ "dependencies": { "a": "^1.0.0" } }' },
      { 'package.json': '{ "devDependencies": { "a": "latest" } }' },
    ],
    fine: { 'package.json': '{ "dependencies": { "a": "1.0.0-beta.1" } }' },
  },
];

const tree = readSourceTree();
const treeOf = (files: Readonly<Record<string, string>>): SourceTree =>
  Object.entries(files).map(([path, text]) => ({ path, text }));

describe.each(cases)('$sentence', ({ rule, least, broken, fine }) => {
  it('holds', () => {
    expect(rule(tree).violations).toEqual([]);
  });

  it(`has looked at ${least} things or more`, () => {
    expect(rule(tree).examined).toBeGreaterThanOrEqual(least);
  });

  it.each(broken)('is seen to fail, case %#', (files) => {
    expect(rule(treeOf(files)).violations).toHaveLength(1);
  });

  it('leaves alone what is right', () => {
    expect(rule(treeOf(fine ?? {})).violations).toEqual([]);
  });
});

it('covers every rule there is', () => {
  expect(cases.map(({ rule }) => rule)).toEqual(expect.arrayContaining(Object.values(rules)));
});
