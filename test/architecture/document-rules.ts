import { posix } from 'node:path';
import { capabilities } from './capabilities.ts';
import {
  foldersOf,
  isGenerated,
  textOf,
  under,
  type SourceFile,
  type SourceTree,
  type Verdict,
} from './source-tree.ts';

const documents = (tree: SourceTree): readonly SourceFile[] =>
  tree.filter(({ path }) => path.endsWith('.md') && !isGenerated(path));

interface Mention {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

const mentionsOf = (files: readonly SourceFile[], pattern: RegExp): readonly Mention[] =>
  files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        [...line.matchAll(pattern)].map((match) => ({ path, line: index + 1, text: match[1] ?? '' })),
      ),
  );

const exists = (tree: SourceTree, path: string): boolean =>
  tree.some((file) => file.path === path || file.path.startsWith(`${path.replace(/\/$/, '')}/`));

const complaints = (mentions: readonly Mention[], wrong: (mention: Mention) => boolean, verb: string): Verdict => ({
  examined: mentions.length,
  violations: mentions
    .filter(wrong)
    .map((mention) => `${mention.path}:${mention.line} ${verb} ${mention.text}, which does not exist`),
});

const linkTarget = ({ path, text }: Mention): string => posix.join(posix.dirname(path), text.replace(/#.*$/, ''));

export const linksLeadSomewhere = (tree: SourceTree): Verdict => {
  const links = mentionsOf(documents(tree), /\]\(([^)\s]+)\)/g).filter(
    ({ text }) => !/^(https?:|mailto:|#)/.test(text),
  );
  return complaints(links, (link) => !exists(tree, linkTarget(link)), 'links to');
};

/** A path in code quotes that begins with one of our folders; `<name>`, `*` and `…` stand for something else. */
const quotedPath = /`((?:\.ci|bin|lib|lambdas|schemas|migrations|local|feeds|load-test|test|docs)\/[\w./-]*)`/g;

export const namedFilesExist = (tree: SourceTree): Verdict => {
  const paths = mentionsOf(documents(tree), quotedPath);
  return complaints(paths, ({ text }) => !exists(tree, text), 'names');
};

export const namedCommandsExist = (tree: SourceTree): Verdict => {
  const { scripts } = JSON.parse(textOf(tree, 'package.json')) as { scripts: Record<string, string> };
  const commands = mentionsOf(documents(tree), /\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)/g);
  return complaints(commands, ({ text }) => scripts[text] === undefined, 'names the npm script');
};

const lacking = (path: string, text: string, headings: readonly string[]): readonly string[] => {
  const found = text.split('\n').flatMap((line) => /^## (.+)$/.exec(line)?.[1] ?? []);
  return headings.filter((heading) => !found.includes(heading)).map((heading) => `${path} has no part "${heading}"`);
};

export const decisionsAreComplete = (tree: SourceTree): Verdict => {
  const decisions = tree.filter(({ path }) => under('docs/decisions')(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const violations = decisions.flatMap(({ path, text }, index) => {
    const number = String(index + 1).padStart(4, '0');
    const misnamed = new RegExp(`^docs/decisions/${number}-[a-z0-9-]+\\.md$`).test(path)
      ? []
      : [`${path} is not decision ${number} in its name`];
    return [...misnamed, ...lacking(path, text, ['Context', 'Options', 'Decision', 'Consequences'])];
  });
  return { examined: decisions.length, violations };
};

const runbookParts = ['What it means', 'Who is affected', 'Look here', 'Do this', 'How to confirm'];

/** The alarms that lead here are compared with the pages in test/config/; this is what a page has to say. */
export const runbooksAreComplete = (tree: SourceTree): Verdict => {
  const pages = tree.filter(({ path }) => under('docs/runbooks')(path));
  return { examined: pages.length, violations: pages.flatMap(({ path, text }) => lacking(path, text, runbookParts)) };
};

const mostReadmeLines = 150;

/** What a newcomer needs first stands first: the two commands. */
export const readmeOpensWithTheCommands = (tree: SourceTree): Verdict => {
  const readme = tree.filter(({ path }) => path === 'README.md');
  const violations = readme.flatMap(({ path, text }) => {
    const block = /```\w*\n([^`]*)```/.exec(text)?.[1] ?? '';
    const complete = block.includes('npm ci && npm start') && block.includes('npm test');
    const lines = text.trimEnd().split('\n').length;
    return [
      ...(complete ? [] : [`${path} does not open with npm ci && npm start, npm test`]),
      ...(lines < mostReadmeLines ? [] : [`${path} has ${lines} lines; fewer than ${mostReadmeLines} are allowed`]),
    ];
  });
  return { examined: readme.length, violations };
};

const handlersOf = (tree: SourceTree, capability: string): readonly string[] =>
  tree.map(({ path }) => path).filter((path) => under(`lambdas/${capability}`)(path) && path.endsWith('.handler.ts'));

/** The table of capabilities has a row for each that exists, in order, naming its stack and its handlers. */
export const readmeListsCapabilities = (tree: SourceTree): Verdict => {
  const text = tree.find(({ path }) => path === 'README.md')?.text ?? '';
  const expected = capabilities.filter((capability) => foldersOf(tree, 'lambdas').has(capability));
  const rows = tableRows(text, 'Capabilities').map(([name = '', , stack = '', functions = '']) => {
    const handlers = functions.match(/lambdas\/[\w/.-]+\.handler\.ts/g) ?? [];
    return `${name}, ${stack}, ${handlers.toSorted().join(' ')}`;
  });
  const due = expected.map((name) => `${name}, millrace-<env>-${name}, ${handlersOf(tree, name).toSorted().join(' ')}`);
  const violations =
    rows.join('\n') === due.join('\n') ? [] : [`README.md lists\n${rows.join('\n')}\nfor\n${due.join('\n')}`];
  return { examined: expected.length, violations };
};

/** The cells of the table below a heading, row by row, without code quotes. */
export const tableRows = (text: string, heading: string): readonly (readonly string[])[] => {
  const part = text.split(/^## /m).find((candidate) => candidate.startsWith(`${heading}\n`)) ?? '';
  return part
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
};

/** A row's test, as `file`: name. */
const heldBy = /^(test\/[\w./-]+\.test\.ts): (.+)$/;

const withoutComments = (text: string): string =>
  text.replaceAll(/^\s*\/\*[^]*?\*\//gm, '').replaceAll(/^\s*\/\/.*$/gm, '');

/** Whether a file runs a test of this name: `it(` or `it.each(…)(` stands before it, and nothing is skipped. */
const runsTest = (file: string, name: string): boolean => {
  const text = withoutComments(file);
  if (/\bdescribe\.(?:skip|todo)\b|\b(?:describe|it|test)\.only\b/.test(text)) return false;
  return text
    .split(`'${name}'`)
    .slice(0, -1)
    .some((_, part, parts) => {
      const before = parts
        .slice(0, part + 1)
        .join(`'${name}'`)
        .trimEnd();
      const call = [...before.matchAll(/(?<![\w.])(?:it|test)((?:\.\w+)*)\(/g)].at(-1);
      if (call?.[1] === '') return before.length === call.index + call[0].length;
      return call?.[1] === '.each' && before.endsWith(')(');
    });
};

/** Each rule below a heading says where AWS has it, and names a test that there is. */
const rulesAreTested =
  (heading: string, path = 'docs/local.md') =>
  (tree: SourceTree): Verdict => {
    const file = tree.find((candidate) => candidate.path === path);
    const rows = file ? tableRows(file.text, heading).filter(([rule = '']) => isRule(rule)) : [];
    const violations = rows.flatMap(([rule = '', source = '', test = '']) => {
      const [, testFile = '', name = ''] = heldBy.exec(test) ?? [];
      const text = tree.find((candidate) => candidate.path === testFile)?.text ?? '';
      const found = name !== '' && runsTest(text, name);
      return [
        ...(source === '' ? [`${path}: "${rule}" does not say where AWS has it`] : []),
        ...(found ? [] : [`${path}: "${rule}" names no test that there is: ${test}`]),
      ];
    });
    return { examined: rows.length, violations };
  };

export const pollerRulesAreTested = rulesAreTested('Rules of event source mappings');
export const eventsRulesAreTested = rulesAreTested('Rules of AppSync Events', 'docs/local-appsync-events.md');
export const httpApiRulesAreTested = rulesAreTested('Rules of HTTP APIs', 'docs/local-http-apis.md');

/** Further tables below the heading begin with a head and a line of their own. */
const isRule = (cell: string): boolean => cell !== 'rule' && !/^-+$/.test(cell);
