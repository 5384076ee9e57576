import { describe, expect, it } from 'vitest';
import { rejectReasons } from '../../lambdas/shared/errors/platform-error.ts';
import * as rules from './document-rules.ts';
import { tableRows } from './document-rules.ts';
import { readSourceTree, textOf, type SourceTree, type Verdict } from './source-tree.ts';

interface Case {
  readonly sentence: string;
  readonly rule: (tree: SourceTree) => Verdict;
  readonly least: number;
  readonly broken: readonly Readonly<Record<string, string>>[];
  readonly fine: Readonly<Record<string, string>>;
}

const decision = '# A title\n\n## Context\n\n## Options\n\n## Decision\n\n## Consequences\n';
const runbook = '# A\n## What it means\n## Who is affected\n## Look here\n## Do this\n## How to confirm\n';
const commands = '```sh\nnpm ci && npm start\nnpm test\n```\n';

const handler = { 'lambdas/enrichment/a.handler.ts': '' };
const capabilityTable = (name: string, file: string): string =>
  `## Capabilities\n\n| capability | what | stack | functions |\n|---|---|---|---|\n| ${name} | all | \`millrace-<env>-${name}\` | \`lambdas/enrichment/${file}.handler.ts\` |\n`;

const ruleTable = (page: string, file: string, name: string, of = 'event source mappings'): string =>
  `## Rules of ${of}\n\n### Of a kind\n\n| rule | AWS says so in | held by |\n|---|---|---|\n| a rule | ${page} | \`${file}\`: ${name} |\n`;

const cases: readonly Case[] = [
  {
    sentence: 'a link in a document leads to a file or folder of ours',
    rule: rules.linksLeadSomewhere,
    least: 10,
    broken: [{ 'docs/a.md': 'see [b](b.md)' }, { 'docs/a.md': 'see [b](../lib/b.ts#L3)' }],
    fine: {
      'docs/a.md': 'see [b](decisions/0001-a.md#context), [c](https://c.example)',
      'docs/decisions/0001-a.md': '',
    },
  },
  {
    sentence: 'a file that a document names in code quotes exists',
    rule: rules.namedFilesExist,
    least: 60,
    broken: [{ 'docs/a.md': 'read `lib/platform.ts`' }],
    fine: { 'docs/a.md': 'read `lib/platform.ts` in `lib/`, not `lib/<capability>/`', 'lib/platform.ts': '' },
  },
  {
    sentence: 'a command that a document names exists',
    rule: rules.namedCommandsExist,
    least: 20,
    broken: [{ 'README.md': '`npm run sing`' }, { 'README.md': '`npm run check:songs`' }],
    fine: { 'README.md': '`npm run check`, `npm test`, `npm ci`' },
  },
  {
    sentence: 'decisions are numbered without a gap and say context, options, decision and consequences',
    rule: rules.decisionsAreComplete,
    least: 5,
    broken: [
      { 'docs/decisions/0002-b.md': decision },
      { 'docs/decisions/0001-a.md': decision.replace('## Options', '## Ideas') },
    ],
    fine: { 'docs/decisions/0001-a.md': decision, 'docs/decisions/0002-b.md': decision },
  },
  {
    sentence: 'a runbook says what it means, who is affected, where to look, what to do, how to confirm',
    rule: rules.runbooksAreComplete,
    least: 4,
    broken: [{ 'docs/runbooks/a.md': runbook.replace('## Do this', '## Try this') }],
    fine: { 'docs/runbooks/a.md': runbook },
  },
  {
    sentence: 'the README opens with the two commands and is short',
    rule: rules.readmeOpensWithTheCommands,
    least: 1,
    broken: [{ 'README.md': '```sh\nnpm install\n```\n' }, { 'README.md': `${commands}${'line\n'.repeat(150)}` }],
    fine: { 'README.md': `# Name\n${commands}` },
  },
  {
    sentence: 'the README lists the capabilities there are, with stack and handlers',
    rule: rules.readmeListsCapabilities,
    least: 2,
    broken: [
      { ...handler, 'README.md': '' },
      { ...handler, 'README.md': capabilityTable('enrichments', 'a') },
      { ...handler, 'README.md': capabilityTable('enrichment', 'b') },
    ],
    fine: { ...handler, 'README.md': capabilityTable('enrichment', 'a') },
  },
  {
    sentence: 'each rule of the pollers says where AWS has it, and names a test that there is',
    rule: rules.pollerRulesAreTested,
    least: 60,
    broken: [
      { 'docs/local.md': ruleTable('a page', 'test/a.test.ts', 'is not there'), 'test/a.test.ts': "it('holds')" },
      { 'docs/local.md': ruleTable('a page', 'test/b.test.ts', 'holds'), 'test/a.test.ts': "it('holds')" },
      { 'docs/local.md': ruleTable('a page', 'test/a.test.ts', 'hold'), 'test/a.test.ts': "it('holds')" },
      { 'docs/local.md': ruleTable('', 'test/a.test.ts', 'holds'), 'test/a.test.ts': "it('holds')" },
      ...[
        "it.skip('holds')",
        "it.skip.each([1])('holds')",
        "// it('holds')",
        "/** as it('holds') */",
        "describe.skip('all', () => { it('holds') })",
        "it('is', () => say('holds'))",
      ].map((text) => ({
        'docs/local.md': ruleTable('a page', 'test/a.test.ts', 'holds'),
        'test/a.test.ts': text,
      })),
    ],
    fine: {
      'docs/local.md': `${ruleTable('a page', 'test/a.test.ts', 'holds')}| other | a page | \`test/a.test.ts\`: is %s |\n`,
      'test/a.test.ts': "// it('holds')\nit('holds')\nit.each([f(1)])(\n  'is %s')",
    },
  },
  {
    sentence: 'each rule of AppSync Events says where AWS has it, and names a test that there is',
    rule: rules.eventsRulesAreTested,
    least: 40,
    broken: [
      {
        'docs/local-appsync-events.md': ruleTable('a page', 'test/a.test.ts', 'is not there', 'AppSync Events'),
        'test/a.test.ts': "it('holds')",
      },
      {
        'docs/local-appsync-events.md': ruleTable('', 'test/a.test.ts', 'holds', 'AppSync Events'),
        'test/a.test.ts': "it('holds')",
      },
    ],
    fine: {
      'docs/local-appsync-events.md': ruleTable('a page', 'test/a.test.ts', 'holds', 'AppSync Events'),
      'test/a.test.ts': "it('holds')",
    },
  },
  {
    sentence: 'each rule of HTTP APIs says where AWS has it, and names a test that there is',
    rule: rules.httpApiRulesAreTested,
    least: 19,
    broken: [
      {
        'docs/local-http-apis.md': ruleTable('a page', 'test/a.test.ts', 'is not there', 'HTTP APIs'),
        'test/a.test.ts': "it('holds')",
      },
      {
        'docs/local-http-apis.md': ruleTable('', 'test/a.test.ts', 'holds', 'HTTP APIs'),
        'test/a.test.ts': "it('holds')",
      },
    ],
    fine: {
      'docs/local-http-apis.md': ruleTable('a page', 'test/a.test.ts', 'holds', 'HTTP APIs'),
      'test/a.test.ts': "it('holds')",
    },
  },
];

const tree = readSourceTree();
const treeOf = (files: Readonly<Record<string, string>>): SourceTree =>
  Object.entries({ 'package.json': '{ "scripts": { "check": "", "test": "" } }', ...files }).map(([path, text]) => ({
    path,
    text,
  }));

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
    expect(rule(treeOf(fine)).violations).toEqual([]);
  });
});

describe('docs/glossary.md', () => {
  const glossary = textOf(tree, 'docs/glossary.md');
  const firstColumn = (heading: string): string[] => tableRows(glossary, heading).map(([word = '']) => word);

  it('explains every reason a record is rejected for, and no other', () => {
    expect(firstColumn('Reject reasons').toSorted()).toEqual([...rejectReasons].toSorted());
  });

  it('gives a word one meaning', () => {
    const words = firstColumn('Words');
    expect(words.length).toBeGreaterThan(20);
    expect(new Set(words).size).toBe(words.length);
  });
});
