import { describe, expect, it } from 'vitest';
import { functionsAreMadeInOnePlace, handlersAreDeployedOnce } from './handler-rules.ts';
import { readSourceTree, type SourceTree } from './source-tree.ts';

const tree = readSourceTree();
const handler = { path: 'lambdas/enrichment/a.handler.ts', text: 'export const handler = () => {};' };
const naming = (name: string, by = 'lib/enrichment/b.ts') => ({ path: by, text: `const entry = '${name}';` });
const violations = (...files: SourceTree): readonly string[] => handlersAreDeployedOnce(files).violations;

describe('every handler is used by one construct, and every construct names a handler', () => {
  it('holds', () => {
    expect(handlersAreDeployedOnce(tree).violations).toEqual([]);
  });

  it('has looked at 3 handlers or more', () => {
    expect(handlersAreDeployedOnce(tree).examined).toBeGreaterThanOrEqual(3);
  });

  it.each([
    'lambdas/enrichment/a.handler.ts',
    '../../lambdas/enrichment/a.handler.ts',
    'enrichment/a.handler.ts',
    'a.handler.ts',
  ])('knows %s for a name of it', (name) => {
    expect(violations(handler, naming(name))).toEqual([]);
  });

  it('is seen to fail for a handler that nothing deploys', () => {
    expect(violations(handler)).toEqual(['lambdas/enrichment/a.handler.ts is deployed by nothing']);
  });

  it('is seen to fail for a handler that two constructs deploy', () => {
    const second = naming('enrichment/a.handler.ts', 'lib/operations/c.ts');
    expect(violations(handler, naming('a.handler.ts'), second)).toEqual([
      'lambdas/enrichment/a.handler.ts is deployed by lib/enrichment/b.ts and lib/operations/c.ts',
    ]);
  });

  it('is seen to fail for a construct whose handler is gone', () => {
    expect(violations(handler, naming('a.handler.ts'), naming('z.handler.ts'))).toEqual([
      'lib/enrichment/b.ts names z.handler.ts, which is no handler',
    ]);
  });

  it('does not take the short name of another capability', () => {
    expect(violations(handler, naming('a.handler.ts', 'lib/operations/c.ts'))).toHaveLength(2);
  });
});

describe('functions are made in one place, which asks for a handler', () => {
  it('holds', () => {
    expect(functionsAreMadeInOnePlace(tree).violations).toEqual([]);
  });

  it('has found that place', () => {
    expect(functionsAreMadeInOnePlace(tree).examined).toBeGreaterThanOrEqual(1);
  });

  it('is seen to fail for a function made elsewhere', () => {
    const planted = { path: 'lib/operations/a.ts', text: "new NodejsFunction(this, 'A', { entry });" };
    expect(functionsAreMadeInOnePlace([planted]).violations).toHaveLength(1);
  });
});
