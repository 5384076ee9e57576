import { expect, it } from 'vitest';
import { sources } from '../../lib/config/sources.ts';
import { synthesized } from '../config/synthesized.ts';
import { tableRows } from './document-rules.ts';
import { readSourceTree, textOf } from './source-tree.ts';

/** All sources run the one handler; the README need not know them. */
const isOfSource = (name: string): boolean =>
  Object.keys(sources).some((source) => name === `millrace-<env>-enrichment-${source}`);

it('the README names the functions that are deployed, and no other', () => {
  const deployed = synthesized('local')
    .ofType('AWS::Lambda::Function')
    .map(({ Properties }) => String((Properties as { FunctionName?: unknown }).FunctionName))
    .filter((name) => name.startsWith('millrace-'))
    .map((name) => name.replace('-local-', '-<env>-'))
    .map((name) => (isOfSource(name) ? 'millrace-<env>-enrichment-<source>' : name));
  const named = tableRows(textOf(readSourceTree(), 'README.md'), 'Capabilities').flatMap(
    ([, , , functions = '']) => functions.match(/millrace-<env>-[\w-]+(?:<source>)?/g) ?? [],
  );
  expect(deployed.length).toBeGreaterThanOrEqual(3);
  expect(named.toSorted()).toEqual([...new Set(deployed)].toSorted());
});
