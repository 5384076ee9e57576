import { expect, it } from 'vitest';
import { synthesized } from '../config/synthesized.ts';
import { tableRows } from './document-rules.ts';
import { readSourceTree, textOf } from './source-tree.ts';

it('the README names the functions that are deployed, and no other', () => {
  const deployed = synthesized('local')
    .ofType('AWS::Lambda::Function')
    .map(({ Properties }) => String((Properties as { FunctionName?: unknown }).FunctionName))
    .filter((name) => name.startsWith('millrace-'))
    .map((name) => name.replace('-local-', '-<env>-'));
  const named = tableRows(textOf(readSourceTree(), 'README.md'), 'Capabilities').flatMap(
    ([, , , functions = '']) => functions.match(/millrace-<env>-[\w-]+/g) ?? [],
  );
  expect(deployed.length).toBeGreaterThanOrEqual(3);
  expect(named.toSorted()).toEqual(deployed.toSorted());
});
