import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compositeName } from '../../lambdas/enrichment/composite-name.ts';

describe('a name of several parts', () => {
  it.each([
    [['liv-che', '12'], 'liv-che/12'],
    [['a/b', 'c'], 'a%2Fb/c'],
    [['a', 'b/c'], 'a/b%2Fc'],
    [['a%2Fb', 'c'], 'a%252Fb/c'],
    [['⚽️', 'الهلال', ''], '⚽️/الهلال/'],
  ])('of %o is %s', (parts, name) => {
    expect(compositeName(...parts)).toBe(name);
  });

  it('gives its parts back, so that no other parts have it', () => {
    const part = fc.string({ unit: fc.constantFrom('/', '%', '2', '5', 'F', 'a', '⚽') });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        expect(
          compositeName(...parts)
            .split('/')
            .map((escaped) => decodeURIComponent(escaped)),
        ).toEqual(parts);
      }),
    );
  });
});
