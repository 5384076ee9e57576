import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segment } from '../../lambdas/enrichment/channel.ts';

describe('a channel segment', () => {
  it.each([
    ['EUR/USD', 'EUR--USD'],
    ['AAPL', 'AAPL'],
    ['BTC-USD', 'BTC-USD'],
    ['liv-che', 'liv-che'],
    ['a--b', 'a---2d------2d---b'],
    ['BRK.B', 'BRK---2e---B'],
    ['/USD', '---2f---USD'],
    ['😀', '---1f600---'],
  ])('of %s is %s', (name, expected) => {
    expect(segment(name)).toBe(expected);
  });

  it('is made of letters, digits and dashes, 1 to 50 of them, whatever the name', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => /^[A-Za-z0-9-]{1,50}$/.test(segment(name))));
  });

  it('differs where names differ', () => {
    const name = fc.string({ unit: fc.constantFrom('A', '1', '/', '-', '.', '2', 'f'), minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(name, name, (a, b) => a === b || segment(a) !== segment(b)),
      { numRuns: 2000 },
    );
  });
});
